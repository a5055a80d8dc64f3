#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "store/sqlite/batch_size.hpp"
#include "store/sqlite/errors.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::chrono::milliseconds kRetryEmptyingLog{100};

}  // namespace

Writer::Frame::Frame(sqlite3* db)
    : begin(db, "BEGIN IMMEDIATE"),
      commit(db, "COMMIT"),
      rollback(db, "ROLLBACK"),
      savepoint(db, "SAVEPOINT batch"),
      release(db, "RELEASE batch"),
      rollbackTo(db, "ROLLBACK TO batch") {}

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, Limits limits)
    : connection_(std::move(connection)),
      clock_(clock),
      limits_(limits),
      frame_(connection_->handle()),
      changes_(connection_->handle(), clock),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  stop();
}

void Writer::submit(Batch batch, Store::Done done) {
  Job job{std::move(batch), std::move(done)};
  job.bytes = bytesOf(job.batch);
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queuedBytes_.fetch_add(job.bytes, std::memory_order_relaxed);
      queue_.push_back(std::move(job));
      work_.notify_one();
      return;
    }
  }
  if (job.done) job.done(Error{Errc::shuttingDown, "the database is closing"});
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  std::vector<Job> group;
  while (waitForWork()) {
    if (takeInto(group)) commitGroup(group);
    cleanUpAfterPurge(group);
    finish(group);
    group.clear();
  }
}

/// False: stopping, and nothing is left to do.
bool Writer::waitForWork() {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return !queue_.empty() || stopping_; };
  if (logHoldsPurged_)
    work_.wait_for(lock, kRetryEmptyingLog, ready);
  else
    work_.wait(lock, ready);
  return !queue_.empty() || !stopping_;
}

bool Writer::takeInto(std::vector<Job>& group) {
  const std::lock_guard lock(mutex_);
  const auto room = limits_.groupMaxBatches - std::min(limits_.groupMaxBatches, group.size());
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(room, queue_.size()));
  std::move(queue_.begin(), end, std::back_inserter(group));
  const bool took = end != queue_.begin();
  queue_.erase(queue_.begin(), end);
  return took;
}

void Writer::commitGroup(std::vector<Job>& group) {
  try {
    applyPlainly(group);
  } catch (const Poco::Exception&) {
    // Which batch it was, and whether it fails at all when alone, the second run tells.
    rollBack();
    applyWithSavepoints(group);
  }
  commit(group);
}

void Writer::applyPlainly(std::vector<Job>& group) {
  const auto until = clock_.steady() + limits_.groupMax;
  frame_.begin.run();
  std::size_t next = 0;
  do {
    for (; next < group.size(); ++next) applyOne(group[next]);
  } while (clock_.steady() < until && takeInto(group));
}

void Writer::applyWithSavepoints(std::vector<Job>& group) {
  std::vector<bool> failed(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (failed[i]) continue;
    const auto mark = changes_.sequences().mark();
    try {
      if (!connection_->inTransaction()) frame_.begin.run();
      frame_.savepoint.run();
      applyOne(group[i]);
      frame_.release.run();
    } catch (const Poco::Exception& failure) {
      failed[i] = true;
      group[i].again = false;
      group[i].result = toError(failure);
      changes_.sequences().takeBack(mark);
      if (rollBackBatch()) continue;
      rollBack();
      i = static_cast<std::size_t>(
          -1);  // those before are lost with it: once more, without this one
    }
  }
}

void Writer::applyOne(Job& job) {
  Committed committed;
  job.again = changes_.apply(job.batch, committed) == Changes::Progress::again;
  job.result = std::move(committed);
}

void Writer::commit(std::vector<Job>& group) {
  if (!connection_->inTransaction()) return;  // nothing that could be committed
  try {
    frame_.commit.run();
    changes_.sequences().keep();
  } catch (const Poco::Exception& failure) {
    rollBack();
    for (auto& job : group) {
      job.again = false;
      if (job.result) job.result = toError(failure);
    }
  }
}

/// False: the batches before it are lost, too; some failures make SQLite take everything back.
bool Writer::rollBackBatch() {
  if (!connection_->inTransaction()) return false;
  try {
    frame_.rollbackTo.run();
    frame_.release.run();
    return true;
  } catch (const Poco::Exception&) {
    return false;  // the batch's own error is the one to report
  }
}

void Writer::rollBack() {
  changes_.sequences().takeBack(0);
  if (!connection_->inTransaction()) return;
  try {
    frame_.rollback.run();
  } catch (const Poco::Exception&) {
    COLIBRI_ASSERT(!connection_->inTransaction());  // it reports trouble, but it always ends it
  }
}

void Writer::finish(std::vector<Job>& group) {
  for (auto& job : group) {
    if (job.again) {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(job));
      continue;
    }
    queuedBytes_.fetch_sub(job.bytes, std::memory_order_relaxed);
    if (job.done) job.done(std::move(job.result));
  }
}

/// What was purged must not stay readable in the write-ahead log. A reader may be in the way: then
/// later.
void Writer::cleanUpAfterPurge(const std::vector<Job>& group) {
  const auto purged = [](const Job& job) {
    return job.result && std::ranges::any_of(job.batch, [](const Operation& operation) {
             return std::holds_alternative<PurgeInstance>(operation);
           });
  };
  const auto now = clock_.steady();
  const bool idle = group.empty();
  if (std::ranges::any_of(group, purged))
    logHoldsPurged_ = true;
  else if (!logHoldsPurged_ || (!idle && now < emptyLogAgainAt_))
    return;
  logHoldsPurged_ = !connection_->emptyWriteAheadLog();
  emptyLogAgainAt_ = now + kRetryEmptyingLog;
}

}  // namespace colibri::store::sqlite
