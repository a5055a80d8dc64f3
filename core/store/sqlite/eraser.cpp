#include "store/sqlite/eraser.hpp"

#include <algorithm>

#include "store/lifetimes.hpp"

namespace colibri::store::sqlite {

Eraser::Eraser(sqlite3* db, StoredSequences& sequences)
    : sequences_(sequences),
      dropEvents_(db,
                  "DELETE FROM events WHERE id IN (SELECT id FROM events"
                  " WHERE instance = ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3)"),
      purgeEvents_(
          db,  // from the first on: should it be interrupted, the last sequence is still known
          "DELETE FROM events WHERE id IN (SELECT id FROM events"
          " WHERE instance = ?1 ORDER BY sequence LIMIT ?2)"),
      purgeDedupe_(db,
                   "DELETE FROM dedupe WHERE instance = ?1 AND key IN (SELECT key FROM dedupe"
                   " WHERE instance = ?1 LIMIT ?2)"),
      purgeDeadLetters_(db,
                        "DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters"
                        " WHERE instance = ?1 LIMIT ?2)"),
      purgeAttempts_(
          db,
          "DELETE FROM attempts WHERE (instance, subscription, slot) IN (SELECT instance,"
          " subscription, slot FROM attempts WHERE instance = ?1 LIMIT ?2)"),
      purgeKv_(db,
               "DELETE FROM kv WHERE instance = ?1 AND (plugin, key) IN (SELECT plugin, key FROM kv"
               " WHERE instance = ?1 LIMIT ?2)"),
      purgeIdempotency_(db,
                        "DELETE FROM idempotency WHERE instance = ?1 AND key IN (SELECT key"
                        " FROM idempotency WHERE instance = ?1 LIMIT ?2)"),
      purgeSettings_(db, "DELETE FROM settings WHERE instance = ?1"),
      purgeCursors_(db, "DELETE FROM cursors WHERE instance = ?1"),
      purgeSequence_(db, "DELETE FROM sequences WHERE instance = ?1"),
      purgeInstance_(db, "DELETE FROM instances WHERE key = ?1"),
      expireDedupe_(db,
                    "DELETE FROM dedupe WHERE (instance, key) IN (SELECT instance, key FROM dedupe"
                    " WHERE expires_at_us < ?1 LIMIT ?2)"),
      expireIdempotency_(db,
                         "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency"
                         " WHERE created_at_us < ?1 LIMIT ?2)"),
      expireKv_(
          db,
          "DELETE FROM kv WHERE (instance, plugin, key) IN (SELECT instance, plugin, key FROM kv"
          " WHERE expires_at_us <> 0 AND expires_at_us < ?1 LIMIT ?2)") {}

Eraser::Left Eraser::purge(InstanceKey instance, std::uint32_t limit) {
  for (auto* table : {&purgeEvents_, &purgeDedupe_, &purgeDeadLetters_, &purgeAttempts_, &purgeKv_,
                      &purgeIdempotency_}) {
    if (table->run(instance, limit) >= limit) return Left::more;
  }
  for (auto* table : {&purgeSettings_, &purgeCursors_, &purgeSequence_, &purgeInstance_}) {
    table->run(instance);
  }
  sequences_.memory().forget(instance);
  return Left::nothing;
}

Eraser::Left Eraser::dropEvents(InstanceKey instance, std::uint64_t upTo, std::uint32_t limit) {
  sequences_.remember(instance);
  return dropEvents_.run(instance, upTo, limit) >= limit ? Left::more : Left::nothing;
}

Eraser::Left Eraser::dropExpired(std::int64_t nowUs, std::uint32_t limit) {
  std::uint64_t most = 0;
  most = std::max(most, expireDedupe_.run(nowUs, limit));
  most = std::max(most, expireIdempotency_.run(nowUs - kIdempotencyLifeUs, limit));
  most = std::max(most, expireKv_.run(nowUs, limit));
  return most >= limit ? Left::more : Left::nothing;
}

}  // namespace colibri::store::sqlite
