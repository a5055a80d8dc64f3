#include "store/sqlite/event_changes.hpp"

#include <string>

#include "crypto/digest.hpp"
#include "store/lifetimes.hpp"
#include "store/row_sum.hpp"
#include "store/sqlite/event_columns.hpp"

namespace colibri::store::sqlite {
EventChanges::EventChanges(sqlite3* db, const Clock& clock, StoredSequences& sequences)
    : clock_(clock),
      sequences_(sequences),
      insert_(db, std::string("INSERT INTO events(instance, sum, ") + kEventColumns +
                      ") VALUES(?,?," + kEventParameters + ")"),
      firstSight_(db,
                  "INSERT INTO dedupe(instance, key, expires_at_us) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT DO UPDATE SET expires_at_us = excluded.expires_at_us"
                  " WHERE expires_at_us < ?4") {}

std::uint64_t EventChanges::append(const AppendEvent& change) {
  const auto& event = change.event;
  if (!change.dedupeKey.empty() && isRepeat(event.instance, change.dedupeKey)) return 0;
  const auto sequence = sequences_.next(event.instance);
  insertEvent(insert_, event, sequence, event.instance, sumOf(event, sequence));
  return sequence;
}

bool EventChanges::isRepeat(InstanceKey instance, const std::string& key) {
  const auto digest = crypto::sha256(key);
  const auto now = clock_.keptUs();
  return firstSight_.run(instance, Blob{std::string_view(digest).substr(0, kDedupeKeySize)},
                         now + kDedupeLifeUs, now) == 0;
}

}  // namespace colibri::store::sqlite
