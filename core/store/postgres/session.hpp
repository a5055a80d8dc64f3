#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/damage.hpp"
#include "store/postgres/connection.hpp"

namespace colibri::store::postgres {

/// Opens connections to one schema: to write, by one process at a time, and to read.
///
/// Who writes holds an advisory lock on the schema as long as its connection lives, so there is
/// never a second one, and what an earlier connection of ours had under way is over once a new one
/// has the lock. Sessions use indexes whatever the planner thinks of tables that were empty a
/// moment ago.
///
/// [Threading] the writer's functions: one thread; openReader(): any. [Blocking] [Errors] conflict:
/// somebody else has the schema, it is of a newer version, or another program's; unavailable: the
/// server cannot be reached; rejected: the database is not UTF-8, or not the one of this data
/// folder or this master key.
class SessionFactory {
 public:
  /// `stateFile` is the data folder's note on its database (StateFile); empty: none is kept.
  /// Without a `sealer`, which outlives this, the master key is not proven.
  SessionFactory(Target target, const crypto::Sealer* sealer, std::filesystem::path stateFile,
                 Damage& damage)
      : target_(std::move(target)),
        sealer_(sealer),
        stateFile_(std::move(stateFile)),
        damage_(damage) {}

  /// Makes the schema if it is missing, takes the lock, brings the tables up to date and checks
  /// that it is the right database, each time: the server may have become another one.
  Result<std::unique_ptr<Connection>> openWriter();
  /// Throws Failure.
  std::unique_ptr<Connection> openReader() const;

  const std::string& schema() const noexcept { return target_.schema; }

 private:
  Result<void> prepare(Connection& connection) const;
  Result<void> makeSchema(Connection& connection) const;
  Result<void> lock(Connection& connection) const;
  void configure(Connection& connection) const;

  const Target target_;
  const crypto::Sealer* const sealer_;
  const std::filesystem::path stateFile_;
  Damage& damage_;
  int lastWriter_ = 0;  // the server's process of our last one; 0 = none yet
};

}  // namespace colibri::store::postgres
