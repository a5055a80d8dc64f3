#pragma once

#include "base/clock.hpp"
#include "store/rows.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stored_sequences.hpp"

namespace colibri::store::sqlite {

/// Appends to the log of events. [Threading] confined to the writer. [Errors] throws the engine's.
class EventChanges {
 public:
  EventChanges(sqlite3* db, const Clock& clock, StoredSequences& sequences);
  /// The event's sequence; 0 = a repeat, nothing was appended.
  std::uint64_t append(const AppendEvent& change);

 private:
  bool isRepeat(InstanceKey instance, const std::string& key);

  const Clock& clock_;
  StoredSequences& sequences_;
  Statement insert_, firstSight_;
};

}  // namespace colibri::store::sqlite
