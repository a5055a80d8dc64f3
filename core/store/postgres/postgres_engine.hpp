#pragma once

#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "store/group_engine.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/session.hpp"

namespace colibri::store::postgres {

/// Group commits in PostgreSQL: BEGIN, the rows of all batches and COMMIT in one pipeline, with a
/// wait in between only where batches have dedupe keys.
///
/// Each group counts its process's row in `writers` up. When the answer to a COMMIT is lost, the
/// next connection takes the schema's lock, which the server's side of the lost one holds until it
/// is through, and reads there whether the group was committed (docs/adr has the reasons).
///
/// [Threading] confined to the writer's thread.
class PostgresEngine final : public GroupEngine {
 public:
  static Result<std::unique_ptr<PostgresEngine>> open(SessionFactory& sessions, const Clock& clock,
                                                      Damage& damage);

  Result<void> apply(std::span<Job> jobs) override;
  Result<void> applyAlone(Job& job) override;
  bool groupStands() const override { return begun_; }
  Result<Ending> commit() override;
  void rollBack() override;

  bool lost() const override { return session_ == nullptr; }
  bool outcomeUnknown() const override { return commitSent_; }
  Result<bool> reconnect() override;

 private:
  /// What ends with its connection: its prepared statements, and what is known of the sequences.
  struct Session {
    Session(std::unique_ptr<Connection> opened, const Clock& clock, Damage& damage);
    std::unique_ptr<Connection> connection;
    Changes changes;
    Statement begin, commit, rollback, savepoint, release, rollbackTo, count;
  };

  PostgresEngine(SessionFactory& sessions, const Clock& clock, Damage& damage);
  void begin();
  Result<std::uint64_t> adopt(std::unique_ptr<Connection> connection);
  void rollBackBatch();
  void dropIfLost();

  SessionFactory& sessions_;
  const Clock& clock_;
  Damage& damage_;
  const std::string id_;  // of this process's row in `writers`
  std::unique_ptr<Session> session_;
  bool begun_ = false, applyingAlone_ = false, commitSent_ = false;
  std::uint64_t groups_ = 0;  // committed so far
};

}  // namespace colibri::store::postgres
