#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "store/kv_sealing.hpp"
#include "store/row_sum.hpp"
#include "store/sequence_list.hpp"
#include "store/sound_rows.hpp"
#include "store/sqlite/table_walk.hpp"

namespace colibri::store::sqlite {
namespace {

/// Takes a row's columns from the left.
class Cells {
 public:
  explicit Cells(sqlite3_stmt* row) : row_(row) {}
  template <class... Fields>
  Cells& take(Fields&... fields) {
    (one(fields), ...);
    return *this;
  }
  template <class Field>
  Field next() {
    Field field{};
    one(field);
    return field;
  }
  /// kNoSum where there is none.
  RowSum sum() {
    const bool none = sqlite3_column_type(row_, at_) == SQLITE_NULL;
    const auto sum = next<RowSum>();
    return none ? kNoSum : sum;
  }

 private:
  void one(std::string& bytes) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row_, at_));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row_, at_++));
    bytes.assign(data != nullptr ? data : "", size);
  }
  void one(std::integral auto& number) {
    number =
        static_cast<std::remove_reference_t<decltype(number)>>(sqlite3_column_int64(row_, at_++));
  }

  sqlite3_stmt* row_;
  int at_ = 0;
};

/// What is wrong with a row.
class Verdict {
 public:
  Verdict(const Checker& by, std::string& fault) : by_(by), fault_(fault) { fault_.clear(); }
  Verdict& sum(RowSum stored, RowSum right) {
    if (stored != right && !(stored == kNoSum && by_.unsummed)) fault_ = "its checksum is wrong";
    return *this;
  }
  Verdict& opens(bool sealed, const std::string& value, const std::string& place) {
    if (sealed && by_.sealer != nullptr && fault_.empty() && !by_.sealer->open(value, place))
      fault_ = "what it holds does not open";
    return *this;
  }

 private:
  const Checker& by_;
  std::string& fault_;
};

std::string instance(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  InstanceRow r;
  Cells cells(row);
  cells.take(r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed, r.linked,
             r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl, r.disconnectionCode,
             r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs);
  Verdict(by, fault).sum(cells.sum(), sumOf(r)).opens(true, r.tokenSealed, tokenPlaceOf(r.id));
  return nameOf(r.key, r.name);
}

std::string settings(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  SettingsRow r;
  Cells cells(row);
  cells.take(r.instance, r.alias, r.json);
  Verdict(by, fault)
      .sum(cells.sum(), sumOf(r))
      .opens(by.knows(r.instance), r.json, settingsPlaceOf(by.idOf(r.instance), r.alias));
  return nameOf(r.instance, r.alias);
}

void takeEvent(Cells& cells, EventRow& e) {
  cells.take(e.sequence, e.eventId, e.type, e.typeName, e.flags, e.schemaMajor, e.schemaMinor,
             e.occurredAtUs, e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId, e.sealed, e.body);
}

std::string event(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  EventRow e;
  Cells cells(row);
  cells.next<std::int64_t>();  // its id
  cells.take(e.instance);
  takeEvent(cells, e);
  Verdict(by, fault)
      .sum(cells.sum(), sumOf(e, e.sequence))
      .opens(e.sealed && by.knows(e.instance), e.body,
             eventPlaceOf(by.idOf(e.instance), e.eventId));
  return nameOf(e.instance, std::to_string(e.sequence));
}

std::string sequence(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  InstanceKey instance = 0;
  std::uint64_t last = 0;
  Cells cells(row);
  cells.take(instance, last);
  Verdict(by, fault).sum(cells.sum(), sumOfSequence(instance, last));
  return std::to_string(instance);
}

std::string cursor(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  CursorRow r;
  std::string above;
  Cells cells(row);
  cells.take(r.instance, r.subscription, r.low, above, r.state, r.reason, r.failingSinceUs);
  r.doneAbove = unpackSequences(above);
  Verdict(by, fault).sum(cells.sum(), sumOf(r));
  return nameOf(r.instance, r.subscription);
}

std::string deadLetter(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  DeadLetterRow r;
  EventRow e;
  Cells cells(row);
  cells.take(r.id, r.instance, r.subscription, r.sequence, r.reason, r.attempts, r.firstAttemptAtUs,
             r.deadAtUs);
  const bool hasEvent = cells.next<bool>();
  takeEvent(cells, e);
  cells.take(r.replayAtUs);
  const auto size = e.body.size();
  if (hasEvent) r.event = e;
  const auto sum = cells.sum(), fate = cells.sum();
  Verdict(by, fault)
      .sum(sum, sumOf(r, size))
      .sum(fate, sumOfFate(r.reason, r.attempts, r.deadAtUs))
      .opens(e.sealed && size != 0 && by.knows(r.instance), e.body,
             eventPlaceOf(by.idOf(r.instance), e.eventId));
  return std::to_string(r.id);
}

std::string attempt(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  PutAttempt put;
  Cells cells(row);
  cells.take(put.row.instance, put.row.subscription);
  cells.next<std::int64_t>();  // its slot
  cells.take(put.row.number, put.sealed, put.row.entry);
  Verdict(by, fault)
      .sum(cells.sum(), sumOf(put))
      .opens(put.sealed, put.row.entry, attemptPlaceOf(put.row.subscription, put.row.instance));
  return nameOf(put.row.instance, put.row.subscription + "/" + std::to_string(put.row.number));
}

std::string idempotency(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  PutIdempotency put;
  auto& r = put.row;
  Cells cells(row);
  cells.take(r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer, r.createdAtUs,
             put.sealed);
  Verdict(by, fault).sum(cells.sum(), sumOf(put));
  if (fault.empty() && by.sealer != nullptr && !openIdempotency(by.sealer, r, put.sealed))
    fault = "what it holds does not open";
  return nameOf(r.instance, r.key);
}

std::string entry(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  KvPut put;
  Cells cells(row);
  cells.take(put.instance, put.plugin, put.key, put.value, put.secret, put.expiresAtUs);
  Verdict(by, fault)
      .sum(cells.sum(), sumOf(put))
      .opens(put.secret, put.value, kvPlaceOf(put.plugin, put.instance, put.key));
  return nameOf(put.instance, put.plugin + "/" + put.key);
}

/// Rows that have no checksum: what a flipped bit in one does stands in SECURITY.md.
std::string unchecked(sqlite3_stmt* row, const Checker&, std::string& fault) {
  fault.clear();
  return Cells(row).next<std::string>();
}

constexpr std::array kTables = {
    Table{"identity", "one, id, key_check, unsummed", "one", true, &unchecked},
    Table{"instances",
          "key, id, name, integration, number, token_hash, token_sealed, linked, deleting, "
          "owner_jid, profile_name, profile_picture_url, disconnection_code, disconnected_at_us, "
          "created_at_us, updated_at_us, sum",
          "key", true, &instance},
    Table{"settings", "instance, alias, json, sum", "instance, alias", false, &settings},
    Table{"sequences", "instance, last, sum", "instance", true, &sequence},
    Table{"cursors",
          "instance, subscription, low, done_above, state, reason, failing_since_us, sum",
          "instance, subscription", false, &cursor},
    Table{"events",
          "id, instance, sequence, event_id, type, type_name, flags, schema_major, schema_minor, "
          "occurred_at_us, recorded_at_us, expires_at_us, owner_jid, chat_id, sealed, body, sum",
          "id", true, &event, "instance, sequence", "events_by_sequence", "instance, sequence"},
    Table{"dedupe", "key, instance, expires_at_us", "instance, key", false, &unchecked},
    Table{
        "dead_letters",
        "id, instance, subscription, dead_sequence, reason, attempts, first_attempt_at_us, "
        "dead_at_us, has_event, sequence, event_id, type, type_name, flags, schema_major, "
        "schema_minor, occurred_at_us, recorded_at_us, expires_at_us, owner_jid, chat_id, sealed, "
        "body, replay_at_us, sum, fate_sum",
        "id", true, &deadLetter, "instance, subscription, dead_sequence",
        "dead_letters_by_instance", "instance, id"},
    Table{"attempts", "instance, subscription, slot, number, sealed, entry, sum",
          "instance, subscription, slot", false, &attempt},
    Table{"idempotency",
          "instance, key, request_hash, message_id, status, answer, created_at_us, sealed, sum",
          "rowid", true, &idempotency},
    Table{"kv", "instance, plugin, key, value, sealed, expires_at_us, sum", "instance, plugin, key",
          false, &entry},
};

}  // namespace

std::span<const Table> tables() noexcept {
  return kTables;
}

std::vector<std::string_view> namesOf(std::string_view columns) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < columns.size();) {
    const auto end = std::min(columns.find(", ", at), columns.size());
    names.push_back(columns.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

}  // namespace colibri::store::sqlite
