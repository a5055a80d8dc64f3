#include "store/postgres/table_changes.hpp"

namespace colibri::store::postgres {

TableChanges::TableChanges(Connection& c)
    : writers_(writers(c, All())),
      markDeadLetter_(c, "UPDATE dead_letters SET replay_at_us = $2 WHERE id = $1"),
      returnDeadLetter_(c,
                        "UPDATE dead_letters SET reason = $2, attempts = $3, dead_at_us = $4,"
                        " fate_sum = $5, replay_at_us = 0 WHERE id = $1") {}

void TableChanges::apply(const MarkDeadLetter& change) {
  markDeadLetter_.send(change.id, change.replayAtUs);
}

void TableChanges::apply(const ReturnDeadLetter& change) {
  returnDeadLetter_.send(change.id, change.reason, change.attempts, change.deadAtUs,
                         sumOfFate(change));
}

void TableChanges::flush() {
  std::apply([](auto&... writer) { (writer.flush(), ...); }, writers_);
  bytes_ = 0;
}

void TableChanges::forget() {
  std::apply([](auto&... writer) { (writer.forget(), ...); }, writers_);
  bytes_ = 0;
}

}  // namespace colibri::store::postgres
