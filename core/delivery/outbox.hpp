#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "base/function.hpp"

namespace colibri::delivery {

/// Calls out of the dispatcher: decided under its lock, made without it, in the order of the
/// decisions and by one thread at a time. So a sink hears of a revoke after the delivery it
/// concerns, and a call that answers on the spot finds no lock held.
///
/// [Threading] under the lock that is passed in.
class Outbox {
 public:
  void add(Function<void()> call) { calls_.push_back(std::move(call)); }
  /// Makes the calls unless another thread is at it, at most `most` of them; true if some are left.
  /// The lock is held before and after.
  bool drain(std::unique_lock<std::mutex>& lock, std::size_t most);
  /// Makes all calls; returns once none is being made. [Blocking]
  void finish(std::unique_lock<std::mutex>& lock);

 private:
  std::deque<Function<void()>> calls_;
  bool draining_ = false;
  std::condition_variable idle_;
};

}  // namespace colibri::delivery
