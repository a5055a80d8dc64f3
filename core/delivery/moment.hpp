#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace colibri::delivery {

/// One moment on both clocks: the wall's for what is written down or shown, the steady one for
/// waiting. How old a stamp is, the clock says (Clock::ageOf()).
struct Moment {
  std::int64_t wallUs = 0, steadyUs = 0;

  static Moment of(const Clock& clock) {
    const auto steady = clock.steady().time_since_epoch();
    return {clock.nowUs(), std::chrono::duration_cast<std::chrono::microseconds>(steady).count()};
  }
};

constexpr std::int64_t inUs(std::chrono::microseconds span) {
  return span.count();
}

}  // namespace colibri::delivery
