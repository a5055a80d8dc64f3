#pragma once

#include <chrono>

namespace colibri::baileys {

/// How long to wait before a bridge is started again: doubles from `first` to `most`, spread by
/// ±20 % so that bridges that fell together do not rise together.
///
/// [Threading] immutable; any thread.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most) noexcept
      : first_(first), most_(most) {}

  /// After the nth failure in a row, n from 1. `dice` is in [0, 1).
  std::chrono::milliseconds delay(int failures, double dice) const noexcept;

 private:
  std::chrono::milliseconds first_, most_;
};

}  // namespace colibri::baileys
