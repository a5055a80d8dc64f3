#include "store/sqlite/stored_sequences.hpp"

#include <algorithm>

namespace colibri::store::sqlite {

LastSequence::LastSequence(sqlite3* db, Damage& damage)
    : damage_(damage),
      newest_(db, "SELECT IFNULL(MAX(sequence), 0) FROM events WHERE instance = ?"),
      noted_(db, "SELECT last, IFNULL(sum, -1) FROM sequences WHERE instance = ?"),
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
  std::uint64_t last = 0;
  RowSum sum = kNoSum;
  noted_.start(instance);
  if (!noted_.next()) return newest;
  noted_.read(last, sum);
  noted_.reset();
  const bool sound = damage_.accepts(sum, sumOfSequence(instance, last), "sequences",
                                     [&] { return std::to_string(instance); });
  return std::max(newest, sound ? last : number(elsewhere_, instance));
}

StoredSequences::StoredSequences(sqlite3* db, Damage& damage)
    : last_(db, damage),
      store_(db,
             "INSERT INTO sequences(instance, last, sum) VALUES(?1, ?2, ?3)"
             " ON CONFLICT(instance) DO UPDATE SET last = excluded.last, sum = excluded.sum") {}

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
    store_.run(instance, given, sumOfSequence(instance, given));
}

}  // namespace colibri::store::sqlite
