#include "store/sqlite/stored_sequences.hpp"

#include <algorithm>

#include "store/table_rows.hpp"

namespace colibri::store::sqlite {

LastSequence::LastSequence(sqlite3* db, Damage& damage)
    : damage_(damage),
      newest_(db, "SELECT IFNULL(MAX(sequence), 0) FROM events WHERE instance = ?"),
      noted_(db, "SELECT instance, last, sum FROM sequences WHERE instance = ?"),
      elsewhere_(db,
                 "SELECT MAX(IFNULL((SELECT MAX(low) FROM cursors WHERE instance = ?1), 0),"
                 " IFNULL((SELECT MAX(dead_sequence) FROM dead_letters WHERE instance = ?1), 0))") {
}

std::uint64_t LastSequence::number(Statement& statement, InstanceKey instance) {
  std::uint64_t number = 0;
  for (statement.start(instance); statement.next();) statement.read(number);
  return number;
}

std::uint64_t LastSequence::of(InstanceKey instance) {
  const auto newest = number(newest_, instance);
  noted_.start(instance);
  if (!noted_.next()) return newest;
  SequenceRow note;
  auto cells = noted_.cells();
  const bool sound = accepts(damage_, note, takeRow(cells, note));
  noted_.reset();
  return std::max(newest, sound ? note.last : number(elsewhere_, instance));
}

StoredSequences::StoredSequences(sqlite3* db, TableChanges& tables, Damage& damage)
    : last_(db, damage), tables_(tables) {}

void StoredSequences::know(InstanceKey instance) {
  if (!memory_.knows(instance)) memory_.learn(instance, last_.of(instance));
}

std::uint64_t StoredSequences::next(InstanceKey instance) {
  know(instance);
  return memory_.next(instance);
}

void StoredSequences::remember(InstanceKey instance) {
  know(instance);
  if (const auto given = memory_.last(instance); given != 0)
    tables_.apply(SequenceRow{instance, given});
}

}  // namespace colibri::store::sqlite
