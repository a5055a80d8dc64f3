#pragma once

#include <memory>

#include "exec/timers.hpp"

namespace colibri::exec {

/// Timers on a thread of their own and the monotonic clock, so a changed wall clock moves nothing.
///
/// Calls that are due together run in the order in which they are due, then in the order of
/// after().
///
/// [Threading] any thread. [Blocking] the destructor waits for a running callback; pending ones are
/// dropped without being called. It may not run inside a callback.
class ThreadTimers final : public Timers {
 public:
  ThreadTimers();
  ~ThreadTimers() override;
  ThreadTimers(const ThreadTimers&) = delete;
  ThreadTimers& operator=(const ThreadTimers&) = delete;

  Id after(std::chrono::milliseconds delay, Function<void()> call) override;
  void cancel(Id id) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace colibri::exec
