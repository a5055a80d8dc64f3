#pragma once

#include "base/clock.hpp"
#include "store/job.hpp"
#include "store/sql/eraser.hpp"
#include "store/sqlite/event_changes.hpp"
#include "store/sqlite/stored_sequences.hpp"
#include "store/sqlite/table_changes.hpp"

namespace colibri::store::sqlite {

inline std::uint64_t deleted(Statement& statement, const auto&... arguments) {
  return statement.run(arguments...);
}
using Eraser = store::Eraser<Statement, sqlite3* const, Dialect::sqlite>;

/// Applies batches within the open transaction.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions; the caller rolls
/// back.
class Changes {
 public:
  enum class Progress : bool { done, again };

  Changes(sqlite3* db, const Clock& clock, Damage& damage);

  /// Gives events their sequences. Adds to `committed`. `again`: a step of a long deletion is done;
  /// apply the batch once more in a later transaction.
  Progress apply(Batch& batch, Committed& committed);
  Sequences& sequences() noexcept { return sequences_.memory(); }

 private:
  class Visitor;
  TableChanges tables_;
  StoredSequences sequences_;
  EventChanges events_;
  Eraser eraser_;
};

}  // namespace colibri::store::sqlite
