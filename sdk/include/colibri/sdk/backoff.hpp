#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace colibri::sdk {

/// How long to wait before something that failed is tried again: doubles from `first` to `most`,
/// spread by ±20 % so that those who fell together do not rise together.
///
/// [Threading] immutable; any thread.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most) noexcept
      : first_(first), most_(most) {}

  /// After the nth failure in a row, n from 1.
  std::chrono::milliseconds delay(int failures) const {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return delay(failures, std::uniform_real_distribution(0.0, 1.0)(random));
  }
  /// `dice` is in [0, 1).
  std::chrono::milliseconds delay(int failures, double dice) const noexcept {
    const int doublings = std::clamp(failures - 1, 0, 30);
    const double grown = static_cast<double>(first_.count()) * static_cast<double>(1 << doublings);
    const double bounded = std::min(grown, static_cast<double>(most_.count()));
    return std::chrono::milliseconds(static_cast<long long>(bounded * (0.8 + 0.4 * dice)));
  }

 private:
  std::chrono::milliseconds first_, most_;
};

}  // namespace colibri::sdk
