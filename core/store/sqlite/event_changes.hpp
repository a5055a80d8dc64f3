#pragma once

#include "base/clock.hpp"
#include "store/rows.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stored_sequences.hpp"
#include "store/sqlite/table_changes.hpp"

namespace colibri::store::sqlite {

/// Appends to the log of events. [Threading] confined to the writer. [Errors] throws the engine's.
class EventChanges {
 public:
  EventChanges(sqlite3* db, const Clock& clock, StoredSequences& sequences, TableChanges& tables);
  /// The event's sequence, which it is given; 0 = a repeat, nothing was appended.
  std::uint64_t append(AppendEvent& change);

 private:
  bool isRepeat(InstanceKey instance, const std::string& key);

  const Clock& clock_;
  StoredSequences& sequences_;
  TableChanges& tables_;
  Statement firstSight_;
};

}  // namespace colibri::store::sqlite
