#include "base/clock.hpp"

namespace colibri {

std::int64_t SystemClock::nowUs() const noexcept {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace colibri
