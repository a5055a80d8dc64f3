#include "store/sqlite/table_changes.hpp"

#include <string>

#include "store/lifetimes.hpp"
#include "store/row_sum.hpp"
#include "store/sequence_list.hpp"
#include "store/sqlite/event_columns.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr char kPutInstance[] =
    "INSERT INTO instances(key, id, name, integration, number, token_hash, token_sealed, linked, "
    "deleting,"
    " owner_jid, profile_name, profile_picture_url, disconnection_code, disconnected_at_us,"
    " created_at_us, updated_at_us, sum) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT(key) DO UPDATE SET id = excluded.id, name = excluded.name,"
    " integration = excluded.integration, number = excluded.number, token_hash = "
    "excluded.token_hash,"
    " token_sealed = excluded.token_sealed, linked = excluded.linked, deleting = "
    "excluded.deleting, owner_jid = "
    "excluded.owner_jid,"
    " profile_name = excluded.profile_name, profile_picture_url = excluded.profile_picture_url,"
    " disconnection_code = excluded.disconnection_code,"
    " disconnected_at_us = excluded.disconnected_at_us, created_at_us = excluded.created_at_us,"
    " updated_at_us = excluded.updated_at_us, sum = excluded.sum";
constexpr char kPutCursor[] =
    "INSERT INTO cursors(instance, subscription, low, done_above, state, reason, failing_since_us,"
    " sum) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(instance, subscription) DO UPDATE SET low = "
    "excluded.low,"
    " done_above = excluded.done_above, state = excluded.state, reason = excluded.reason,"
    " failing_since_us = excluded.failing_since_us, sum = excluded.sum";
constexpr char kPutIdempotency[] =
    "INSERT INTO idempotency(instance, key, request_hash, message_id, status, answer, "
    "created_at_us, sealed, sum)"
    " VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(instance, key) DO UPDATE SET"
    " request_hash = excluded.request_hash, message_id = excluded.message_id,"
    " status = excluded.status, answer = excluded.answer, created_at_us = excluded.created_at_us,"
    " sealed = excluded.sealed, sum = excluded.sum";
constexpr char kPutKv[] =
    "INSERT INTO kv(instance, plugin, key, value, sealed, expires_at_us, sum) VALUES(?,?,?,?,?,?,?)"
    " ON CONFLICT(instance, plugin, key) DO UPDATE SET value = excluded.value,"
    " sealed = excluded.sealed, expires_at_us = excluded.expires_at_us, sum = excluded.sum";

std::string addDeadLetterSql() {
  return std::string(
             "INSERT INTO dead_letters(instance, subscription, dead_sequence, reason, attempts,"
             " first_attempt_at_us, dead_at_us, has_event, sum, fate_sum, ") +
         kEventColumns + ") VALUES(?,?,?,?,?,?,?,?,?,?," + kEventParameters + ")";
}

}  // namespace

TableChanges::TableChanges(sqlite3* db)
    : putInstance_(db, kPutInstance),
      putSettings_(db,
                   "INSERT INTO settings(instance, alias, json, sum) VALUES(?,?,?,?)"
                   " ON CONFLICT(instance, alias) DO UPDATE SET json = excluded.json,"
                   " sum = excluded.sum"),
      removeSettings_(db, "DELETE FROM settings WHERE instance = ? AND alias = ?"),
      putCursor_(db, kPutCursor),
      removeCursor_(db, "DELETE FROM cursors WHERE instance = ? AND subscription = ?"),
      addDeadLetter_(db, addDeadLetterSql()),
      removeDeadLetter_(db, "DELETE FROM dead_letters WHERE id = ?"),
      markDeadLetter_(db, "UPDATE dead_letters SET replay_at_us = ?2 WHERE id = ?1"),
      returnDeadLetter_(db,
                        "UPDATE dead_letters SET reason = ?2, attempts = ?3, dead_at_us = ?4,"
                        " fate_sum = ?5, replay_at_us = 0 WHERE id = ?1"),
      putAttempt_(db,
                  "INSERT OR REPLACE INTO attempts(instance, subscription, slot, number, sealed,"
                  " entry, sum) VALUES(?,?,?,?,?,?,?)"),
      putIdempotency_(db, kPutIdempotency),
      removeIdempotency_(db, "DELETE FROM idempotency WHERE instance = ? AND key = ?"),
      putKv_(db, kPutKv),
      removeKv_(db, "DELETE FROM kv WHERE instance = ? AND plugin = ? AND key = ?") {}

void TableChanges::apply(const PutInstance& change) {
  const auto& r = change.row;
  putInstance_.run(r.key, r.id, r.name, r.integration, r.number, Blob{r.tokenHash},
                   Blob{r.tokenSealed}, r.linked, r.deleting, r.ownerJid, r.profileName,
                   r.profilePictureUrl, r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs,
                   r.updatedAtUs, sumOf(r));
}

void TableChanges::apply(const PutSettings& change) {
  putSettings_.run(change.row.instance, change.row.alias, Blob{change.row.json}, sumOf(change.row));
}

void TableChanges::apply(const RemoveSettings& change) {
  removeSettings_.run(change.instance, change.alias);
}

void TableChanges::apply(const PutCursor& change) {
  const auto& r = change.row;
  const auto doneAbove = packSequences(r.doneAbove);
  putCursor_.run(r.instance, r.subscription, r.low, Blob{doneAbove}, r.state, r.reason,
                 r.failingSinceUs, sumOf(r));
}

void TableChanges::apply(const RemoveCursor& change) {
  removeCursor_.run(change.instance, change.subscription);
}

void TableChanges::apply(const AddDeadLetter& change) {
  static const EventRow kNoEvent;
  const auto& r = change.row;
  const auto& event = r.event ? *r.event : kNoEvent;
  insertEvent(addDeadLetter_, event, event.sequence, r.instance, r.subscription, r.sequence,
              r.reason, r.attempts, r.firstAttemptAtUs, r.deadAtUs, r.event.has_value(),
              sumOf(r, event.body.size()), sumOfFate(r.reason, r.attempts, r.deadAtUs));
}

void TableChanges::apply(const RemoveDeadLetter& change) {
  removeDeadLetter_.run(change.id);
}

void TableChanges::apply(const MarkDeadLetter& change) {
  markDeadLetter_.run(change.id, change.replayAtUs);
}

void TableChanges::apply(const ReturnDeadLetter& change) {
  returnDeadLetter_.run(change.id, change.reason, change.attempts, change.deadAtUs,
                        sumOfFate(change.reason, change.attempts, change.deadAtUs));
}

void TableChanges::apply(const PutAttempt& change) {
  const auto& r = change.row;
  putAttempt_.run(r.instance, r.subscription, r.number % kAttemptsKept, r.number, change.sealed,
                  Blob{r.entry}, sumOf(change));
}

void TableChanges::apply(const PutIdempotency& change) {
  const auto& r = change.row;
  putIdempotency_.run(r.instance, r.key, Blob{r.requestHash}, r.messageId, r.status, Blob{r.answer},
                      r.createdAtUs, change.sealed, sumOf(change));
}

void TableChanges::apply(const RemoveIdempotency& change) {
  removeIdempotency_.run(change.instance, change.key);
}

void TableChanges::apply(const KvPut& change) {
  putKv_.run(change.instance, change.plugin, Blob{change.key}, Blob{change.value}, change.secret,
             change.expiresAtUs, sumOf(change));
}

void TableChanges::apply(const KvRemove& change) {
  removeKv_.run(change.instance, change.plugin, Blob{change.key});
}

}  // namespace colibri::store::sqlite
