#pragma once

#include <memory>

#include "base/clock.hpp"
#include "store/group_engine.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/write_ahead_log.hpp"

namespace colibri::store::sqlite {

/// Group commits in SQLite. [Threading] confined to the writer's thread.
class SqliteEngine final : public GroupEngine {
 public:
  /// Throws Poco's exceptions if the database cannot be prepared.
  SqliteEngine(std::unique_ptr<Connection> connection, LogWatch log, const Clock& clock,
               Damage& damage);

  Result<void> apply(std::span<Job> jobs) override;
  Result<void> applyAlone(Job& job) override;
  bool groupStands() const override { return connection_->inTransaction(); }
  Result<Ending> commit() override;
  void rollBack() override;
  /// What was purged must not stay readable in the write-ahead log. A reader may be in the way:
  /// then later.
  std::optional<std::chrono::milliseconds> tidyUp(std::span<const Job> group) override;

 private:
  /// The statements around a group.
  struct Frame {
    explicit Frame(sqlite3* db);
    Statement begin, commit, rollback, savepoint, release, rollbackTo;
  };

  void begin();
  void applyOne(Job& job);
  bool rollBackBatch();

  const std::unique_ptr<Connection> connection_;
  LogWatch log_;
  const Clock& clock_;
  Frame frame_;
  Changes changes_;
  bool logHoldsPurged_ = false;
  SteadyTime emptyLogAgainAt_{};
};

}  // namespace colibri::store::sqlite
