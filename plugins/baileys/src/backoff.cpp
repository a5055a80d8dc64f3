#include "backoff.hpp"

#include <algorithm>

namespace colibri::baileys {

std::chrono::milliseconds Backoff::delay(int failures, double dice) const noexcept {
  const int doublings = std::clamp(failures - 1, 0, 30);
  const double grown = static_cast<double>(first_.count()) * static_cast<double>(1 << doublings);
  const double bounded = std::min(grown, static_cast<double>(most_.count()));
  return std::chrono::milliseconds(static_cast<long long>(bounded * (0.8 + 0.4 * dice)));
}

}  // namespace colibri::baileys
