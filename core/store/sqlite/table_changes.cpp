#include "store/sqlite/table_changes.hpp"

#include "store/sql/derived.hpp"

namespace colibri::store::sqlite {

TableChanges::TableChanges(sqlite3* db)
    : markDeadLetter_(db, "UPDATE dead_letters SET replay_at_us = ?2 WHERE id = ?1"),
      returnDeadLetter_(db,
                        "UPDATE dead_letters SET reason = ?2, attempts = ?3, dead_at_us = ?4,"
                        " fate_sum = ?5, replay_at_us = 0 WHERE id = ?1") {
  for (const auto& table : facts()) {
    puts_.push_back(std::make_unique<Statement>(db, putSql(Dialect::sqlite, table)));
    removals_.push_back(std::make_unique<Statement>(db, removeSql(Dialect::sqlite, table)));
  }
}

void TableChanges::apply(const MarkDeadLetter& change) {
  markDeadLetter_.run(change.id, change.replayAtUs);
}

void TableChanges::apply(const ReturnDeadLetter& change) {
  returnDeadLetter_.run(change.id, change.reason, change.attempts, change.deadAtUs,
                        sumOfFate(change));
}

}  // namespace colibri::store::sqlite
