#include "store/postgres/eraser.hpp"

#include <algorithm>

#include "store/lifetimes.hpp"

namespace colibri::store::postgres {
namespace {

/// PostgreSQL's DELETE knows no LIMIT; rows have a place (ctid) that stays within the statement.
std::string someOf(const std::string& table, const std::string& chosen) {
  return "DELETE FROM " + table + " WHERE ctid = ANY(ARRAY(SELECT ctid FROM " + table + " WHERE " +
         chosen + "))";
}

}  // namespace

Eraser::Eraser(Connection& c, EventChanges& events, Sequences& sequences)
    : events_(events),
      sequences_(sequences),
      dropEvents_(c,
                  someOf("events", "instance = $1 AND sequence <= $2 ORDER BY sequence LIMIT $3")),
      // From the first on: should it be interrupted, the last sequence is still known.
      purgeEvents_(c, someOf("events", "instance = $1 ORDER BY sequence LIMIT $2")),
      purgeDedupe_(c, someOf("dedupe", "instance = $1 LIMIT $2")),
      purgeDeadLetters_(c, someOf("dead_letters", "instance = $1 LIMIT $2")),
      purgeAttempts_(c, someOf("attempts", "instance = $1 LIMIT $2")),
      purgeKv_(c, someOf("kv", "instance = $1 LIMIT $2")),
      purgeIdempotency_(c, someOf("idempotency", "instance = $1 LIMIT $2")),
      purgeSettings_(c, "DELETE FROM settings WHERE instance = $1"),
      purgeCursors_(c, "DELETE FROM cursors WHERE instance = $1"),
      purgeSequence_(c, "DELETE FROM sequences WHERE instance = $1"),
      purgeInstance_(c, "DELETE FROM instances WHERE key = $1"),
      expireDedupe_(c, someOf("dedupe", "expires_at_us < $1 LIMIT $2")),
      expireIdempotency_(c, someOf("idempotency", "created_at_us < $1 LIMIT $2")),
      expireKv_(c, someOf("kv", "expires_at_us <> 0 AND expires_at_us < $1 LIMIT $2")) {}

Eraser::Left Eraser::purge(InstanceKey instance, std::uint32_t limit) {
  for (auto* table : {&purgeEvents_, &purgeDedupe_, &purgeDeadLetters_, &purgeAttempts_, &purgeKv_,
                      &purgeIdempotency_}) {
    if (table->ask(instance, limit).changed() >= limit) return Left::more;
  }
  for (auto* table : {&purgeSettings_, &purgeCursors_, &purgeSequence_, &purgeInstance_})
    table->send(instance);
  sequences_.forget(instance);
  return Left::nothing;
}

Eraser::Left Eraser::dropEvents(InstanceKey instance, std::uint64_t upTo, std::uint32_t limit) {
  events_.remember(instance);
  return dropEvents_.ask(instance, upTo, limit).changed() >= limit ? Left::more : Left::nothing;
}

Eraser::Left Eraser::dropExpired(std::int64_t nowUs, std::uint32_t limit) {
  std::uint64_t most = 0;
  most = std::max(most, expireDedupe_.ask(nowUs, limit).changed());
  most = std::max(most, expireIdempotency_.ask(nowUs - kIdempotencyLifeUs, limit).changed());
  most = std::max(most, expireKv_.ask(nowUs, limit).changed());
  return most >= limit ? Left::more : Left::nothing;
}

}  // namespace colibri::store::postgres
