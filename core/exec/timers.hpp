#pragma once

#include <chrono>
#include <cstdint>

#include "base/function.hpp"

namespace colibri::exec {

/// Calls something once, later. Callbacks are short and do not block; long work is posted on.
///
/// [Threading] any thread; callbacks run on the timers' own thread, never inside after().
class Timers {
 public:
  using Id = std::uint64_t;  ///< never 0
  virtual ~Timers() = default;
  virtual Id after(std::chrono::milliseconds delay, Function<void()> call) = 0;
  /// Does nothing if it ran already. It may be running right now.
  virtual void cancel(Id id) = 0;
};

}  // namespace colibri::exec
