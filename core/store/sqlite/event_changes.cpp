#include "store/sqlite/event_changes.hpp"

#include "crypto/digest.hpp"
#include "store/lifetimes.hpp"

namespace colibri::store::sqlite {
EventChanges::EventChanges(sqlite3* db, const Clock& clock, StoredSequences& sequences,
                           TableChanges& tables)
    : clock_(clock),
      sequences_(sequences),
      tables_(tables),
      firstSight_(db,
                  "INSERT INTO dedupe(instance, key, expires_at_us) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT DO UPDATE SET expires_at_us = excluded.expires_at_us"
                  " WHERE expires_at_us < ?4") {}

std::uint64_t EventChanges::append(AppendEvent& change) {
  auto& event = change.event;
  if (!change.dedupeKey.empty() && isRepeat(event.instance, change.dedupeKey)) return 0;
  event.sequence = sequences_.next(event.instance);
  tables_.apply(change);
  return event.sequence;
}

bool EventChanges::isRepeat(InstanceKey instance, const std::string& key) {
  const auto digest = crypto::sha256(key);
  const auto now = clock_.keptUs();
  return firstSight_.run(instance, Blob{std::string_view(digest).substr(0, kDedupeKeySize)},
                         now + kDedupeLifeUs, now) == 0;
}

}  // namespace colibri::store::sqlite
