#include "store/sqlite/stored_sequences.hpp"

namespace colibri::store::sqlite {

StoredSequences::StoredSequences(sqlite3* db)
    : load_(db,
            "SELECT MAX(IFNULL((SELECT last FROM sequences WHERE instance = ?1), 0),"
            " IFNULL((SELECT MAX(sequence) FROM events WHERE instance = ?1), 0))"),
      store_(db,
             "INSERT INTO sequences(instance, last) VALUES(?1, ?2)"
             " ON CONFLICT(instance) DO UPDATE SET last = excluded.last") {}

void StoredSequences::know(InstanceKey instance) {
  if (memory_.knows(instance)) return;
  std::uint64_t last = 0;
  load_.start(instance);
  if (load_.next()) load_.read(last);
  load_.reset();
  memory_.learn(instance, last);
}

std::uint64_t StoredSequences::next(InstanceKey instance) {
  know(instance);
  return memory_.next(instance);
}

void StoredSequences::remember(InstanceKey instance) {
  know(instance);
  if (const auto given = memory_.last(instance); given != 0) store_.run(instance, given);
}

}  // namespace colibri::store::sqlite
