#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "exec/timers.hpp"

namespace colibri::exec {

/// Timers for tests: they stand still until the test moves the clock with them.
///
/// [Threading] any thread; callbacks run inside advance() and runDue(), without a lock held.
class ManualTimers final : public Timers {
 public:
  explicit ManualTimers(ManualClock& clock) : clock_(clock) {}

  Id after(std::chrono::milliseconds delay, Function<void()> call) override {
    const std::lock_guard lock(mutex_);
    const auto due = clock_.steadyUs() + std::max<std::int64_t>(delay.count(), 0) * 1000;
    queue_.emplace(std::pair{due, ++lastId_}, std::move(call));
    return lastId_;
  }

  void cancel(Id id) override {
    Function<void()> dropped;
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(queue_.begin(), queue_.end(),
                                    [id](const auto& entry) { return entry.first.second == id; });
    if (found == queue_.end()) return;
    dropped = std::move(found->second);
    queue_.erase(found);
  }

  /// Moves the clock to every moment in between at which something is due and runs it there, in
  /// order; also what those callbacks ask for within the time.
  void advance(std::chrono::milliseconds by) {
    const auto until = clock_.steadyUs() + std::chrono::microseconds(by).count();
    while (runNext(until)) {
    }
    if (clock_.steadyUs() < until)
      clock_.advance(std::chrono::microseconds(until - clock_.steadyUs()));
  }
  /// Runs what is due now, without moving the clock.
  void runDue() {
    while (runNext(clock_.steadyUs())) {
    }
  }

  std::size_t pending() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }
  /// When the next callback is due, as ManualClock::steadyUs(); nothing if none is.
  std::optional<std::int64_t> nextDueUs() const {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first.first;
  }

 private:
  bool runNext(std::int64_t untilUs) {
    Function<void()> call;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty() || queue_.begin()->first.first > untilUs) return false;
      const auto due = queue_.begin()->first.first;
      if (due > clock_.steadyUs())
        clock_.advance(std::chrono::microseconds(due - clock_.steadyUs()));
      call = std::move(queue_.begin()->second);
      queue_.erase(queue_.begin());
    }
    call();
    return true;
  }

  ManualClock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::pair<std::int64_t, Id>, Function<void()>> queue_;
  Id lastId_ = 0;
};

}  // namespace colibri::exec
