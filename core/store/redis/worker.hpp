#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/function.hpp"
#include "store/redis/ownership.hpp"

namespace colibri::store::redis {

/// How Redis is, for people and for metrics.
struct Health {
  bool up = false;
  std::string why;            ///< if it is not
  std::uint64_t outages = 0;  ///< times it went away
  std::uint64_t losses = 0;   ///< times it came back without what it had confirmed
  std::size_t waiting = 0;    ///< durable jobs that are not done yet
};

/// The one thread that speaks with Redis.
///
/// Jobs are done in the order of submit(), many in one turn; the writes of a turn are one
/// transaction. While Redis is away a job fails at once with the reason, and the thread tries to
/// connect after 0.1 s, doubling to 5 s. A durable job never fails: it waits, and goes before
/// everything else when Redis is back; doing it twice must be harmless. An idle connection is
/// looked at every few seconds. One line in the log per change of state.
///
/// [Threading] any thread; `done` and `onLoss` run on the worker's, and may submit().
class Worker {
 public:
  struct Options {
    std::chrono::milliseconds patience{5000};  ///< for each step of a conversation
    std::chrono::milliseconds retryFirst{100}, retryMost{5000};
    std::chrono::milliseconds lookEvery{2000};
  };
  struct Job {
    std::vector<Command> commands;
    bool writes = false;
    bool durable = false;
    Function<void(Result<Replies>)> done;  ///< of writes: no replies
    /// Optional, on the worker's thread: why it must not be done. Asked when its turn comes, for
    /// what its sender knew may be from before a loss.
    Function<Result<void>()> mayRun = {};
  };

  /// `onLoss` runs before any job that could see what is left, and before its mayRun().
  Worker(Endpoint endpoint, std::string ownerKey, Options options, std::function<void()> onLoss);
  /// As stop().
  ~Worker();

  /// [Errors] unavailable; shuttingDown, at once and on the caller's thread.
  void submit(Job job);
  Health health() const;
  bool isUp() const noexcept { return up_.load(std::memory_order_relaxed); }
  /// Does what is queued, as far as Redis is there, and ends. [Blocking]
  void stop();

 private:
  using Jobs = std::deque<Job>;
  void run();
  bool waitForWork(Jobs& jobs);
  void connect();
  void turn(Jobs jobs);
  void talk(Jobs& all);
  void finish(Jobs jobs, Ownership::Outcome outcome);
  void failAll(Jobs jobs, const Error& why);
  void breakOff(const std::string& why);
  void goDown(const Error& why);
  void goUp();
  void noteWaiting();

  const Endpoint endpoint_;
  const Options options_;
  const std::function<void()> onLoss_;

  // The thread's own.
  Claim claim_;
  std::unique_ptr<Ownership> connection_;
  Jobs durable_;  // not done yet, oldest first
  bool takenOver_ = false, advised_ = false;
  bool told_ = false;  // that it is down
  std::chrono::milliseconds retry_;
  std::chrono::steady_clock::time_point retryAt_{}, downSince_{};

  std::atomic<bool> up_{false};
  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable work_;
  Jobs queue_;
  bool stopping_ = false;
  Health health_;
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace colibri::store::redis
