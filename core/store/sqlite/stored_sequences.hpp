#pragma once

#include "store/sequences.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

/// Sequences, read from the database when they are asked for the first time.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class StoredSequences {
 public:
  explicit StoredSequences(sqlite3* db);

  std::uint64_t next(InstanceKey instance);
  /// Before events are dropped: their numbers stay given.
  void remember(InstanceKey instance);
  Sequences& memory() noexcept { return memory_; }

 private:
  void know(InstanceKey instance);

  Statement load_, store_;
  Sequences memory_;
};

}  // namespace colibri::store::sqlite
