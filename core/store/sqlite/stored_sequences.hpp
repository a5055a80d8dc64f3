#pragma once

#include "store/damage.hpp"
#include "store/sequences.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/table_changes.hpp"

namespace colibri::store::sqlite {

/// The last sequence that an instance was given, as the database says. If the note of it is
/// damaged, no number is taken that lanes or dead letters have seen already.
///
/// [Threading] confined. [Errors] throws the engine's exceptions.
class LastSequence {
 public:
  LastSequence(sqlite3* db, Damage& damage);
  std::uint64_t of(InstanceKey instance);

 private:
  static std::uint64_t number(Statement& statement, InstanceKey instance);

  Damage& damage_;
  Statement newest_, noted_, elsewhere_;
};

/// Sequences, read from the database when they are asked for the first time.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class StoredSequences {
 public:
  StoredSequences(sqlite3* db, TableChanges& tables, Damage& damage);

  std::uint64_t next(InstanceKey instance);
  /// Before events are dropped: their numbers stay given.
  void remember(InstanceKey instance);
  Sequences& memory() noexcept { return memory_; }

 private:
  void know(InstanceKey instance);

  LastSequence last_;
  TableChanges& tables_;
  Sequences memory_;
};

}  // namespace colibri::store::sqlite
