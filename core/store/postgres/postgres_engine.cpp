#include "store/postgres/postgres_engine.hpp"

#include <string_view>
#include <utility>

#include "base/ids.hpp"

namespace colibri::store::postgres {
namespace {

/// Not an answer to the COMMIT: the connection ended, which says nothing about the transaction.
bool isSilence(const Failure& failure) {
  return failure.sqlState.empty() || failure.sqlState.starts_with("57P");
}

}  // namespace

PostgresEngine::Session::Session(std::unique_ptr<Connection> opened, const Clock& clock,
                                 Damage& damage)
    : connection(std::move(opened)),
      changes(*connection, clock, damage),
      begin(*connection, "BEGIN"),
      commit(*connection, "COMMIT"),
      rollback(*connection, "ROLLBACK"),
      savepoint(*connection, "SAVEPOINT batch"),
      release(*connection, "RELEASE batch"),
      rollbackTo(*connection, "ROLLBACK TO batch"),
      count(*connection, "UPDATE writers SET commits = $2 WHERE id = $1") {
  connection->finish();
}

PostgresEngine::PostgresEngine(SessionFactory& sessions, const Clock& clock, Damage& damage)
    : sessions_(sessions), clock_(clock), damage_(damage), id_(newUuid()) {}

Result<std::unique_ptr<PostgresEngine>> PostgresEngine::open(SessionFactory& sessions,
                                                             const Clock& clock, Damage& damage) {
  std::unique_ptr<PostgresEngine> engine(new PostgresEngine(sessions, clock, damage));
  if (auto connected = engine->reconnect(); !connected) return connected.error();
  return engine;
}

Result<bool> PostgresEngine::reconnect() {
  auto connection = sessions_.openWriter();
  if (!connection) return connection.error();
  const auto counted = adopt(std::move(*connection));
  if (!counted) return counted.error();
  const bool committed = commitSent_ && *counted > groups_;
  if (committed) ++groups_;
  begun_ = applyingAlone_ = commitSent_ = false;
  return committed;
}

/// How many groups of this process the database says were committed.
Result<std::uint64_t> PostgresEngine::adopt(std::unique_ptr<Connection> connection) try {
  auto session = std::make_unique<Session>(std::move(connection), clock_, damage_);
  Arguments own, counted;
  own.add(id_);
  counted.add(id_);
  counted.add(groups_);
  auto& c = *session->connection;
  c.sendOnce("DELETE FROM writers WHERE opened_at < now() - interval '30 days' AND id <> $1", own);
  c.sendOnce("INSERT INTO writers(id, commits) VALUES($1, $2) ON CONFLICT (id) DO NOTHING",
             counted);
  const auto rows = c.runOnce("SELECT commits FROM writers WHERE id = $1", own);
  std::uint64_t groups = 0;
  if (rows.size() != 0) rows.read(0, groups);
  session_ = std::move(session);
  return groups;
} catch (const Failure& failure) {
  return toError(failure);
}

void PostgresEngine::begin() {
  if (begun_) return;
  session_->connection->checkAlive();
  session_->begin.send();
  begun_ = true;
}

Result<void> PostgresEngine::apply(std::span<Job> jobs) try {
  begin();
  session_->changes.apply(jobs);
  return {};
} catch (const Failure& failure) {
  dropIfLost();
  return toError(failure);
}

Result<void> PostgresEngine::applyAlone(Job& job) {
  const auto mark = session_->changes.sequences().mark();
  try {
    begin();
    applyingAlone_ = true;
    session_->savepoint.send();
    session_->changes.apply({&job, 1});
    session_->release.run();
    return {};
  } catch (const Failure& failure) {
    session_->changes.forget();
    session_->changes.sequences().takeBack(mark);
    dropIfLost();
    if (!lost()) rollBackBatch();
    return toError(failure);
  }
}

void PostgresEngine::rollBackBatch() try {
  session_->rollbackTo.send();
  session_->release.run();
} catch (const Failure&) {
  rollBack();  // the batch's own error is the one to report
}

Result<GroupEngine::Ending> PostgresEngine::commit() try {
  session_->count.send(id_, groups_ + 1);
  session_->commit.send();
  commitSent_ = true;
  const auto answer = session_->connection->finish();
  commitSent_ = false;
  if (std::string_view(answer.command()) != "COMMIT") return Ending::batchFailed;
  begun_ = applyingAlone_ = false;
  ++groups_;
  session_->changes.sequences().keep();
  return Ending::committed;
} catch (const Failure& failure) {
  commitSent_ = isSilence(failure);
  dropIfLost();
  if (lost() || applyingAlone_) return toError(failure);
  return Ending::batchFailed;
}

void PostgresEngine::rollBack() {
  if (lost()) return;
  session_->changes.forget();
  session_->changes.sequences().takeBack(0);
  applyingAlone_ = false;
  if (!std::exchange(begun_, false)) return;
  try {
    session_->rollback.run();
  } catch (const Failure&) {
    session_.reset();
  }
}

/// What was sent before a COMMIT is certainly not committed.
void PostgresEngine::dropIfLost() {
  if (!session_->connection->lost()) return;
  session_.reset();
  begun_ = false;
}

}  // namespace colibri::store::postgres
