#include "store/postgres/event_changes.hpp"

#include "base/assert.hpp"
#include "crypto/digest.hpp"
#include "store/lifetimes.hpp"
#include "store/postgres/row_arguments.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store::postgres {
EventChanges::EventChanges(Connection& connection, const Clock& clock, Sequences& sequences,
                           Damage& damage)
    : clock_(clock),
      sequences_(sequences),
      insert_(connection, putManySql(factsOf<AppendEvent>())),
      firstSight_(connection,
                  "INSERT INTO dedupe AS d(instance, key, expires_at_us)"
                  " SELECT i, k, $3::bigint FROM unnest($1::bigint[], $2::bytea[]) AS t(i, k)"
                  " ON CONFLICT (instance, key) DO UPDATE SET expires_at_us = "
                  "excluded.expires_at_us"
                  " WHERE d.expires_at_us < $4::bigint RETURNING instance, key"),
      last_(connection, damage),
      store_(connection, putSql(Dialect::postgres, factsOf<SequenceRow>())) {}

void EventChanges::stage(AppendEvent& change, Committed& committed) {
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
  Array instances(Array::Of::bigint), digests(Array::Of::bytea);
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
  ManyRows rows;
  for (const auto& [change, committed, key] : staged_) {
    auto& event = change->event;
    const bool repeat = !key.empty() && fresh.erase({event.instance, key}) == 0;
    event.sequence = repeat ? 0 : sequences_.next(event.instance);
    committed->sequences.push_back(event.sequence);
    if (!repeat) rows.add(*change);
  }
  rows.sendIfAny(insert_);
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
  const SequenceRow note{instance, sequences_.last(instance)};
  if (note.last != 0) sendRow(store_, note);
}

}  // namespace colibri::store::postgres
