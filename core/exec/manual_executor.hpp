#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "exec/executor.hpp"

namespace colibri::exec {

/// An executor for tests: work waits until the test runs it, in the order of post().
///
/// [Threading] any thread may post; the work runs in runOne() and runAll(), without a lock held.
class ManualExecutor final : public Executor {
 public:
  void post(StrandKey strand, const char* what, Function<void()> work) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back({strand, what, std::move(work)});
  }

  /// False if nothing waited.
  bool runOne() {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) return false;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task.work();
    return true;
  }
  /// Runs what waits and what that posts in turn; says how many.
  std::size_t runAll() {
    std::size_t ran = 0;
    while (runOne()) ++ran;
    return ran;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  struct Task {
    StrandKey strand;
    const char* what = "";
    Function<void()> work;
  };
  mutable std::mutex mutex_;  // guards queue_
  std::deque<Task> queue_;
};

}  // namespace colibri::exec
