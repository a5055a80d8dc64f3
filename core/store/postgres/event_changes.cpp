#include "store/postgres/event_changes.hpp"

#include "base/assert.hpp"
#include "crypto/digest.hpp"
#include "store/lifetimes.hpp"
#include "store/postgres/event_columns.hpp"
#include "store/row_sum.hpp"

namespace colibri::store::postgres {
namespace {

/// The rows of one INSERT, column by column.
class EventColumns {
 public:
  void add(const EventRow& e, std::uint64_t sequence) {
    instance.add(e.instance);
    sequences.add(sequence);
    eventId.add(e.eventId);
    type.add(e.type);
    typeName.add(e.typeName);
    flags.add(e.flags);
    schemaMajor.add(e.schemaMajor);
    schemaMinor.add(e.schemaMinor);
    occurredAt.add(e.occurredAtUs);
    recordedAt.add(e.recordedAtUs);
    expiresAt.add(e.expiresAtUs);
    ownerJid.add(e.ownerJid);
    chatId.add(e.chatId);
    sealed.add(e.sealed);
    body.add(e.body);
    sum.add(sumOf(e, sequence));
  }

  using Of = Column::Of;
  Column instance{Of::bigint}, sequences{Of::bigint}, eventId{Of::text}, type{Of::bigint},
      typeName{Of::text}, flags{Of::bigint}, schemaMajor{Of::bigint}, schemaMinor{Of::bigint},
      occurredAt{Of::bigint}, recordedAt{Of::bigint}, expiresAt{Of::bigint}, ownerJid{Of::bytea},
      chatId{Of::bytea}, sealed{Of::boolean}, body{Of::bytea}, sum{Of::bigint};
};

std::string insertSql() {
  return std::string("INSERT INTO events(instance, ") + kEventColumns +
         ", sum) SELECT * FROM unnest($1::bigint[],$2::bigint[],$3::text[],$4::bigint[],$5::text[],"
         "$6::bigint[],$7::bigint[],$8::bigint[],$9::bigint[],$10::bigint[],$11::bigint[],"
         "$12::bytea[],$13::bytea[],$14::boolean[],$15::bytea[],$16::bigint[])";
}

}  // namespace

EventChanges::EventChanges(Connection& connection, const Clock& clock, Sequences& sequences,
                           Damage& damage)
    : clock_(clock),
      sequences_(sequences),
      insert_(connection, insertSql()),
      firstSight_(connection,
                  "INSERT INTO dedupe AS d(instance, key, expires_at_us)"
                  " SELECT i, k, $3::bigint FROM unnest($1::bigint[], $2::bytea[]) AS t(i, k)"
                  " ON CONFLICT (instance, key) DO UPDATE SET expires_at_us = "
                  "excluded.expires_at_us"
                  " WHERE d.expires_at_us < $4::bigint RETURNING instance, key"),
      last_(connection, damage),
      store_(connection,
             "INSERT INTO sequences(instance, last, sum) VALUES($1, $2, $3)"
             " ON CONFLICT (instance) DO UPDATE SET last = excluded.last, sum = excluded.sum") {}

void EventChanges::stage(const AppendEvent& change, Committed& committed) {
  std::string key;
  if (!change.dedupeKey.empty()) key = crypto::sha256(change.dedupeKey).substr(0, kDedupeKeySize);
  staged_.push_back({&change, &committed, std::move(key)});
  bytes_ += change.event.body.size();
}

void EventChanges::forget() {
  staged_.clear();
  bytes_ = 0;
}

void EventChanges::flush() {
  if (staged_.empty()) return;
  auto fresh = takeFresh();
  std::set<InstanceKey> instances;
  for (const auto& staged : staged_) instances.insert(staged.change->event.instance);
  know(instances);
  insert(std::move(fresh));
  forget();
}

/// Which of the staged dedupe keys were not there.
std::set<EventChanges::Key> EventChanges::takeFresh() {
  std::set<Key> keys, fresh;
  for (const auto& staged : staged_)
    if (!staged.key.empty()) keys.emplace(staged.change->event.instance, staged.key);
  if (keys.empty()) return fresh;
  Column instances(Column::Of::bigint), digests(Column::Of::bytea);
  for (const auto& [instance, digest] : keys) {
    instances.add(instance);
    digests.add(digest);
  }
  const auto now = clock_.keptUs();
  const auto rows = firstSight_.ask(instances, digests, now + kDedupeLifeUs, now);
  for (int row = 0; row < rows.size(); ++row) {
    Key key;
    rows.read(row, key.first, key.second);
    fresh.insert(std::move(key));
  }
  return fresh;
}

/// A key is fresh for the first that has it, and a repeat for those after.
void EventChanges::insert(std::set<Key> fresh) {
  EventColumns c;
  for (const auto& [change, committed, key] : staged_) {
    const auto& event = change->event;
    const bool repeat = !key.empty() && fresh.erase({event.instance, key}) == 0;
    const auto sequence = repeat ? 0 : sequences_.next(event.instance);
    committed->sequences.push_back(sequence);
    if (!repeat) c.add(event, sequence);
  }
  if (c.instance.size() == 0) return;
  insert_.send(c.instance, c.sequences, c.eventId, c.type, c.typeName, c.flags, c.schemaMajor,
               c.schemaMinor, c.occurredAt, c.recordedAt, c.expiresAt, c.ownerJid, c.chatId,
               c.sealed, c.body, c.sum);
}

void EventChanges::know(const std::set<InstanceKey>& instances) {
  std::set<InstanceKey> unknown;
  for (const auto instance : instances)
    if (!sequences_.knows(instance)) unknown.insert(instance);
  if (unknown.empty()) return;
  const auto last = last_.of(unknown);
  COLIBRI_ASSERT(last.size() == unknown.size());
  auto next = last.begin();
  for (const auto instance : unknown) sequences_.learn(instance, *next++);
}

void EventChanges::remember(InstanceKey instance) {
  know({instance});
  if (const auto given = sequences_.last(instance); given != 0)
    store_.send(instance, given, sumOfSequence(instance, given));
}

}  // namespace colibri::store::postgres
