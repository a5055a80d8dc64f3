#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "store/group_engine.hpp"

namespace colibri::store {

/// The one thread that writes: joins the batches that wait into one transaction and syncs it once.
///
/// A group takes what is queued, and what comes in meanwhile, until nothing waits, `groupMax` has
/// passed or `groupMaxBatches` are in it; it never waits for more. Groups run without savepoints;
/// when one fails, it is rolled back and run again with a savepoint around each batch, so that the
/// batch that fails fails alone. A failing COMMIT fails all of its batches.
///
/// When the connection to the database breaks, the writer finds out whether the group that was
/// under way is committed, and runs it again if it is not. Batches wait for that as long as
/// `patience`; after it those that are certainly not committed are answered `unavailable`, and so
/// is every new one until the database is back. One line is logged when it goes and when it is
/// back.
///
/// [Threading] any thread; locked by mutex_. `done` as Store::Done. [Blocking] stop().
class Writer {
 public:
  struct Limits {
    std::chrono::milliseconds groupMax{2};
    std::size_t groupMaxBatches = 256;
    std::chrono::milliseconds patience{5000};
  };

  Writer(std::unique_ptr<GroupEngine> engine, const Clock& clock, Limits limits);
  ~Writer();

  void submit(Batch batch, Store::Done done);
  std::size_t queuedBytes() const noexcept { return queuedBytes_.load(std::memory_order_relaxed); }
  /// Commits what is queued and ends the thread. May be called again.
  void stop();

 private:
  using Group = std::vector<Job>;

  void run();
  bool waitForWork();
  bool takeInto(Group& group);
  void commitGroup(Group& group);
  Result<void> attempt(Group& group);
  Result<void> applyTogether(Group& group);
  Result<void> applyEachAlone(Group& group);
  bool outlast(Group& group, const Error& why);
  bool pause(SteadyTime until, bool patient);
  void giveUp(Group& group, const Error& why, bool stopping);
  void finish(Group& group);

  const std::unique_ptr<GroupEngine> engine_;
  const Clock& clock_;
  const Limits limits_;
  std::optional<std::chrono::milliseconds> tidyAgainIn_;

  std::mutex mutex_;  // guards queue_, stopping_
  std::condition_variable work_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> queuedBytes_{0};
  std::mutex joining_;  // guards thread_'s end
  std::thread thread_;
};

}  // namespace colibri::store
