#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace colibri::store::sqlite {

/// The one thread that writes: joins the batches that wait into one transaction and syncs it once.
///
/// A group takes what is queued, and what comes in meanwhile, until nothing waits, `groupMax` has
/// passed or `groupMaxBatches` are in it; it never waits for more. Groups run without savepoints;
/// when one fails, it is rolled back and run again with a savepoint around each batch, so that the
/// batch that fails fails alone. A failing COMMIT fails all of its batches.
///
/// [Threading] any thread; locked by mutex_. `done` as Store::Done. [Blocking] stop().
class Writer {
 public:
  struct Limits {
    std::chrono::milliseconds groupMax{2};
    std::size_t groupMaxBatches = 256;
  };

  /// Throws Poco's exceptions if the database cannot be prepared.
  Writer(std::unique_ptr<Connection> connection, const Clock& clock, Limits limits);
  ~Writer();

  void submit(Batch batch, Store::Done done);
  std::size_t queuedBytes() const noexcept { return queuedBytes_.load(std::memory_order_relaxed); }
  /// Commits what is queued and ends the thread. May be called again.
  void stop();

 private:
  struct Job {
    Batch batch;
    Store::Done done;
    std::size_t bytes = 0;
    Result<Committed> result = Committed{};
    bool again = false;  // a long deletion with more to do
  };
  /// The statements around a group.
  struct Frame {
    explicit Frame(sqlite3* db);
    Statement begin, commit, rollback, savepoint, release, rollbackTo;
  };

  void run();
  bool waitForWork();
  bool takeInto(std::vector<Job>& group);
  void commitGroup(std::vector<Job>& group);
  void applyPlainly(std::vector<Job>& group);
  void applyWithSavepoints(std::vector<Job>& group);
  void applyOne(Job& job);
  void commit(std::vector<Job>& group);
  bool rollBackBatch();
  void rollBack();
  void finish(std::vector<Job>& group);
  void cleanUpAfterPurge(const std::vector<Job>& group);

  const std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  const Limits limits_;
  Frame frame_;
  Changes changes_;
  bool logHoldsPurged_ = false;
  SteadyTime emptyLogAgainAt_{};

  std::mutex mutex_;  // guards queue_, stopping_
  std::condition_variable work_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::atomic<std::size_t> queuedBytes_{0};
  std::mutex joining_;  // guards thread_'s end
  std::thread thread_;
};

}  // namespace colibri::store::sqlite
