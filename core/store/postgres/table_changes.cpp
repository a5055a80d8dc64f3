#include "store/postgres/table_changes.hpp"

#include <string>

#include "store/lifetimes.hpp"
#include "store/postgres/event_columns.hpp"
#include "store/row_sum.hpp"
#include "store/sequence_list.hpp"

namespace colibri::store::postgres {
namespace {

constexpr char kPutInstance[] =
    "INSERT INTO instances(key, id, name, integration, number, token_hash, token_sealed, linked,"
    " deleting, owner_jid, profile_name, profile_picture_url, disconnection_code,"
    " disconnected_at_us, created_at_us, updated_at_us, sum)"
    " VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)"
    " ON CONFLICT (key) DO UPDATE SET id = excluded.id, name = excluded.name,"
    " integration = excluded.integration, number = excluded.number,"
    " token_hash = excluded.token_hash, token_sealed = excluded.token_sealed,"
    " linked = excluded.linked, deleting = excluded.deleting, owner_jid = excluded.owner_jid,"
    " profile_name = excluded.profile_name, profile_picture_url = excluded.profile_picture_url,"
    " disconnection_code = excluded.disconnection_code,"
    " disconnected_at_us = excluded.disconnected_at_us, created_at_us = excluded.created_at_us,"
    " updated_at_us = excluded.updated_at_us, sum = excluded.sum";
constexpr char kPutCursors[] =
    "INSERT INTO cursors(instance, subscription, low, done_above, state, reason, failing_since_us,"
    " sum)"
    " SELECT * FROM unnest($1::bigint[],$2::text[],$3::bigint[],$4::bytea[],$5::bigint[],"
    "$6::bytea[],$7::bigint[],$8::bigint[])"
    " ON CONFLICT (instance, subscription) DO UPDATE SET low = excluded.low,"
    " done_above = excluded.done_above, state = excluded.state, reason = excluded.reason,"
    " failing_since_us = excluded.failing_since_us, sum = excluded.sum";
constexpr char kPutIdempotency[] =
    "INSERT INTO idempotency(instance, key, request_hash, message_id, status, answer,"
    " created_at_us, sealed, sum) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (instance, key) "
    "DO UPDATE "
    "SET"
    " request_hash = excluded.request_hash, message_id = excluded.message_id,"
    " status = excluded.status, answer = excluded.answer, created_at_us = excluded.created_at_us,"
    " sealed = excluded.sealed, sum = excluded.sum";
constexpr char kPutKv[] =
    "INSERT INTO kv(instance, plugin, key, value, sealed, expires_at_us, sum)"
    " SELECT * FROM unnest($1::bigint[],$2::text[],$3::bytea[],$4::bytea[],$5::boolean[],"
    "$6::bigint[],$7::bigint[])"
    " ON CONFLICT (instance, plugin, key) DO UPDATE SET value = excluded.value,"
    " sealed = excluded.sealed, expires_at_us = excluded.expires_at_us, sum = excluded.sum";

std::string addDeadLetterSql() {
  return std::string(
             "INSERT INTO dead_letters(instance, subscription, dead_sequence, reason, attempts,"
             " first_attempt_at_us, dead_at_us, has_event, sum, fate_sum, ") +
         kEventColumns +
         ") VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,"
         "$23,$24)";
}

}  // namespace

TableChanges::TableChanges(Connection& c)
    : putInstance_(c, kPutInstance),
      putSettings_(c,
                   "INSERT INTO settings(instance, alias, json, sum) VALUES($1,$2,$3,$4)"
                   " ON CONFLICT (instance, alias) DO UPDATE SET json = excluded.json,"
                   " sum = excluded.sum"),
      removeSettings_(c, "DELETE FROM settings WHERE instance = $1 AND alias = $2"),
      putCursors_(c, kPutCursors),
      removeCursors_(c,
                     "DELETE FROM cursors USING unnest($1::bigint[], $2::text[]) AS t(i, s)"
                     " WHERE instance = i AND subscription = s"),
      addDeadLetter_(c, addDeadLetterSql()),
      removeDeadLetter_(c, "DELETE FROM dead_letters WHERE id = $1"),
      markDeadLetter_(c, "UPDATE dead_letters SET replay_at_us = $2 WHERE id = $1"),
      returnDeadLetter_(c,
                        "UPDATE dead_letters SET reason = $2, attempts = $3, dead_at_us = $4,"
                        " fate_sum = $5, replay_at_us = 0 WHERE id = $1"),
      putAttempts_(
          c,
          "INSERT INTO attempts(instance, subscription, slot, number, sealed, entry, sum)"
          " SELECT * FROM unnest($1::bigint[],$2::text[],$3::bigint[],$4::bigint[],"
          "$5::boolean[],$6::bytea[],$7::bigint[]) ON CONFLICT (instance, subscription, slot)"
          " DO UPDATE SET number = excluded.number, sealed = excluded.sealed,"
          " entry = excluded.entry, sum = excluded.sum"),
      putIdempotency_(c, kPutIdempotency),
      removeIdempotency_(c, "DELETE FROM idempotency WHERE instance = $1 AND key = $2"),
      putKv_(c, kPutKv),
      removeKv_(c,
                "DELETE FROM kv USING unnest($1::bigint[], $2::text[], $3::bytea[]) AS t(i, p, k)"
                " WHERE instance = i AND plugin = p AND key = k") {}

void TableChanges::apply(const PutInstance& change) {
  const auto& r = change.row;
  putInstance_.send(r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed,
                    r.linked, r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl,
                    r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs,
                    sumOf(r));
}

void TableChanges::apply(const PutSettings& change) {
  putSettings_.send(change.row.instance, change.row.alias, change.row.json, sumOf(change.row));
}

void TableChanges::apply(const RemoveSettings& change) {
  removeSettings_.send(change.instance, change.alias);
}

void TableChanges::apply(const PutCursor& change) {
  cursors_[{change.row.instance, change.row.subscription}] = &change.row;
  bytes_ += change.row.doneAbove.size() * 8;
}

void TableChanges::apply(const RemoveCursor& change) {
  cursors_[{change.instance, change.subscription}] = nullptr;
}

void TableChanges::apply(const AddDeadLetter& change) {
  static const EventRow kNoEvent;
  const auto& r = change.row;
  const auto& e = r.event ? *r.event : kNoEvent;
  addDeadLetter_.send(r.instance, r.subscription, r.sequence, r.reason, r.attempts,
                      r.firstAttemptAtUs, r.deadAtUs, r.event.has_value(), sumOf(r, e.body.size()),
                      sumOfFate(r.reason, r.attempts, r.deadAtUs), e.sequence, e.eventId, e.type,
                      e.typeName, e.flags, e.schemaMajor, e.schemaMinor, e.occurredAtUs,
                      e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId, e.sealed, e.body);
}

void TableChanges::apply(const RemoveDeadLetter& change) {
  removeDeadLetter_.send(change.id);
}

void TableChanges::apply(const MarkDeadLetter& change) {
  markDeadLetter_.send(change.id, change.replayAtUs);
}

void TableChanges::apply(const ReturnDeadLetter& change) {
  returnDeadLetter_.send(change.id, change.reason, change.attempts, change.deadAtUs,
                         sumOfFate(change.reason, change.attempts, change.deadAtUs));
}

void TableChanges::apply(const PutAttempt& change) {
  const auto& r = change.row;
  attempts_[{r.instance, r.subscription, r.number % kAttemptsKept}] = &change;
  bytes_ += r.entry.size();
}

void TableChanges::apply(const PutIdempotency& change) {
  const auto& r = change.row;
  putIdempotency_.send(r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer,
                       r.createdAtUs, change.sealed, sumOf(change));
}

void TableChanges::apply(const RemoveIdempotency& change) {
  removeIdempotency_.send(change.instance, change.key);
}

void TableChanges::apply(const KvPut& change) {
  entries_[{change.instance, change.plugin, change.key}] = &change;
  bytes_ += change.value.size();
}

void TableChanges::apply(const KvRemove& change) {
  entries_[{change.instance, change.plugin, change.key}] = nullptr;
}

void TableChanges::flush() {
  flushCursors();
  flushAttempts();
  flushEntries();
  forget();
}

void TableChanges::forget() {
  cursors_.clear();
  attempts_.clear();
  entries_.clear();
  bytes_ = 0;
}

void TableChanges::flushCursors() {
  using Of = Column::Of;
  Column instances(Of::bigint), subscriptions(Of::text), lows(Of::bigint), doneAbove(Of::bytea),
      states(Of::bigint), reasons(Of::bytea), failingSince(Of::bigint), sums(Of::bigint);
  Column goneInstances(Of::bigint), goneSubscriptions(Of::text);
  for (const auto& [key, row] : cursors_) {
    const auto& [instance, subscription] = key;
    if (row == nullptr) {
      goneInstances.add(instance);
      goneSubscriptions.add(subscription);
      continue;
    }
    instances.add(instance);
    subscriptions.add(subscription);
    lows.add(row->low);
    doneAbove.add(packSequences(row->doneAbove));
    states.add(row->state);
    reasons.add(row->reason);
    failingSince.add(row->failingSinceUs);
    sums.add(sumOf(*row));
  }
  if (instances.size() != 0)
    putCursors_.send(instances, subscriptions, lows, doneAbove, states, reasons, failingSince,
                     sums);
  if (goneInstances.size() != 0) removeCursors_.send(goneInstances, goneSubscriptions);
}

void TableChanges::flushAttempts() {
  using Of = Column::Of;
  if (attempts_.empty()) return;
  Column instances(Of::bigint), subscriptions(Of::text), slots(Of::bigint), numbers(Of::bigint),
      sealed(Of::boolean), entries(Of::bytea), sums(Of::bigint);
  for (const auto& [place, put] : attempts_) {
    instances.add(put->row.instance);
    subscriptions.add(put->row.subscription);
    slots.add(std::get<2>(place));
    numbers.add(put->row.number);
    sealed.add(put->sealed);
    entries.add(put->row.entry);
    sums.add(sumOf(*put));
  }
  putAttempts_.send(instances, subscriptions, slots, numbers, sealed, entries, sums);
}

void TableChanges::flushEntries() {
  using Of = Column::Of;
  Column instances(Of::bigint), plugins(Of::text), keys(Of::bytea), values(Of::bytea),
      sealed(Of::boolean), expires(Of::bigint), sums(Of::bigint);
  Column goneInstances(Of::bigint), gonePlugins(Of::text), goneKeys(Of::bytea);
  for (const auto& [place, put] : entries_) {
    const auto& [instance, plugin, key] = place;
    if (put == nullptr) {
      goneInstances.add(instance);
      gonePlugins.add(plugin);
      goneKeys.add(key);
      continue;
    }
    instances.add(instance);
    plugins.add(plugin);
    keys.add(key);
    values.add(put->value);
    sealed.add(put->secret);
    expires.add(put->expiresAtUs);
    sums.add(sumOf(*put));
  }
  if (instances.size() != 0) putKv_.send(instances, plugins, keys, values, sealed, expires, sums);
  if (goneInstances.size() != 0) removeKv_.send(goneInstances, gonePlugins, goneKeys);
}

}  // namespace colibri::store::postgres
