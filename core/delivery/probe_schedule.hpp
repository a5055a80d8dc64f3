#pragma once

#include <chrono>
#include <cstdint>

namespace colibri::delivery {

/// How long a failing lane waits before it probes again: 1, 2, 5, 10, 30 s, then 60 s +-20 %, so
/// that lanes that failed together do not return together.
///
/// Stateless: the number of failed steps is the argument, from 1; `chance` is uniform in [0, 1).
///
/// [Threading] any thread. [Errors] none.
struct ProbeSchedule {
  static std::chrono::milliseconds delay(std::uint32_t step, double chance) noexcept;
  /// The delay, or what the endpoint asked for if that is longer; at most a day.
  static std::chrono::milliseconds delay(std::uint32_t step, double chance,
                                         std::chrono::milliseconds retryAfter) noexcept;
  /// The step that a lane is at which has been failing for so long: goes on over restarts.
  static std::uint32_t stepAfter(std::chrono::microseconds failingFor) noexcept;
};

}  // namespace colibri::delivery
