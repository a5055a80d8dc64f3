#include "store/sqlite/sqlite_engine.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "store/sqlite/errors.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::chrono::milliseconds kRetryEmptyingLog{100};

bool purges(const Job& job) {
  return job.result && std::ranges::any_of(job.batch, [](const Operation& operation) {
           return std::holds_alternative<PurgeInstance>(operation);
         });
}

}  // namespace

SqliteEngine::Frame::Frame(sqlite3* db)
    : begin(db, "BEGIN IMMEDIATE"),
      commit(db, "COMMIT"),
      rollback(db, "ROLLBACK"),
      savepoint(db, "SAVEPOINT batch"),
      release(db, "RELEASE batch"),
      rollbackTo(db, "ROLLBACK TO batch") {}

SqliteEngine::SqliteEngine(std::unique_ptr<Connection> connection, LogWatch log, const Clock& clock,
                           Damage& damage)
    : connection_(std::move(connection)),
      log_(std::move(log)),
      clock_(clock),
      frame_(connection_->handle()),
      changes_(connection_->handle(), clock, damage) {}

void SqliteEngine::begin() {
  if (!connection_->inTransaction()) frame_.begin.run();
}

void SqliteEngine::applyOne(Job& job) {
  Committed committed;
  job.again = changes_.apply(job.batch, committed) == Changes::Progress::again;
  job.result = std::move(committed);
}

Result<void> SqliteEngine::apply(std::span<Job> jobs) try {
  begin();
  for (auto& job : jobs) applyOne(job);
  return {};
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

Result<void> SqliteEngine::applyAlone(Job& job) {
  const auto mark = changes_.sequences().mark();
  try {
    begin();
    frame_.savepoint.run();
    applyOne(job);
    frame_.release.run();
    return {};
  } catch (const Poco::Exception& failure) {
    changes_.sequences().takeBack(mark);
    if (!rollBackBatch()) rollBack();
    return toError(failure);
  }
}

Result<GroupEngine::Ending> SqliteEngine::commit() try {
  frame_.commit.run();
  changes_.sequences().keep();
  return Ending::committed;
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

/// False: the batches before it are lost, too; some failures make SQLite take everything back.
bool SqliteEngine::rollBackBatch() {
  if (!connection_->inTransaction()) return false;
  try {
    frame_.rollbackTo.run();
    frame_.release.run();
    return true;
  } catch (const Poco::Exception&) {
    return false;  // the batch's own error is the one to report
  }
}

void SqliteEngine::rollBack() {
  changes_.sequences().takeBack(0);
  if (!connection_->inTransaction()) return;
  try {
    frame_.rollback.run();
  } catch (const Poco::Exception&) {
    COLIBRI_ASSERT(!connection_->inTransaction());  // it reports trouble, but it always ends it
  }
}

std::optional<std::chrono::milliseconds> SqliteEngine::tidyUp(std::span<const Job> group) {
  const auto now = clock_.steady();
  const bool purged = std::ranges::any_of(group, purges);
  if (purged || (logHoldsPurged_ && (group.empty() || now >= emptyLogAgainAt_))) {
    log_.expectEmptying();
    logHoldsPurged_ = !connection_->emptyWriteAheadLog();
    emptyLogAgainAt_ = now + kRetryEmptyingLog;
  }
  if (!logHoldsPurged_) {
    log_.look();
    return std::nullopt;
  }
  return kRetryEmptyingLog;
}

}  // namespace colibri::store::sqlite
