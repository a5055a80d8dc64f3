#pragma once

#include "base/clock.hpp"
#include "store/job.hpp"
#include "store/postgres/event_changes.hpp"
#include "store/postgres/table_changes.hpp"
#include "store/sql/eraser.hpp"

namespace colibri::store::postgres {

inline std::uint64_t deleted(Statement& statement, const auto&... arguments) {
  return statement.ask(arguments...).changed();
}
using Eraser = store::Eraser<Statement, Connection, Dialect::postgres>;

/// Applies batches within the open transaction, as few statements as their order allows.
///
/// [Threading] confined to the writer. [Errors] throws Failure.
class Changes {
 public:
  Changes(Connection& connection, const Clock& clock, Damage& damage);

  /// Gives events their sequences. Fills in `result` and `again`. What it sent may not have been
  /// answered yet.
  void apply(std::span<Job> jobs);
  /// After a failure: what was staged is not to be sent.
  void forget();
  Sequences& sequences() noexcept { return sequences_; }

 private:
  class Visitor;
  void flush();

  Sequences sequences_;
  EventChanges events_;
  TableChanges tables_;
  Eraser eraser_;
};

}  // namespace colibri::store::postgres
