#include "store/postgres/queries.hpp"

#include <unordered_map>

#include "store/kv_sealing.hpp"
#include "store/lifetimes.hpp"
#include "store/postgres/event_columns.hpp"
#include "store/sequence_list.hpp"

namespace colibri::store::postgres {
namespace {

constexpr InstanceKey kLastInstance = (InstanceKey{1} << 63) - 1;

constexpr char kCountRows[] =
    "SELECT (SELECT COUNT(*) FROM instances WHERE key = $1)"
    " + (SELECT COUNT(*) FROM settings WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM events WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM sequences WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM dedupe WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM cursors WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM dead_letters WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM attempts WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM idempotency WHERE instance = $1)"
    " + (SELECT COUNT(*) FROM kv WHERE instance = $1)";

/// Rows up to and with the one whose body makes the bytes enough; the server does not send more.
std::string selectEvents() {
  return std::string("SELECT ") + kEventColumns + " FROM (SELECT " + kEventColumns +
         ", SUM(length(body)) OVER (ORDER BY sequence) - length(body) AS before FROM (SELECT " +
         kEventColumns +
         " FROM events WHERE instance = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS page)"
         " AS counted WHERE before < $4::bigint ORDER BY sequence";
}

std::string selectDeadLetters(const char* body, const std::string& from) {
  return std::string(
             "SELECT id, instance, subscription, dead_sequence, reason, attempts,"
             " first_attempt_at_us, dead_at_us, has_event, replay_at_us, length(body)::bigint, ") +
         kHeaderColumns + ", " + body + " FROM " + from;
}

constexpr char kFilteredLetters[] =
    "dead_letters WHERE instance = $1 AND id > $2 AND ($3::text = '' OR subscription = $3)"
    " AND ($4::text = '' OR type_name = $4) AND ($5::bytea = ''::bytea OR chat_id = $5)"
    " AND dead_at_us >= $6 AND dead_at_us < $7 AND ($8::boolean OR replay_at_us = 0)"
    " ORDER BY id LIMIT $9";
/// As selectEvents(): no more bodies are sent than are enough.
constexpr char kMarkedLetters[] =
    "(SELECT *, SUM(length(body)) OVER (ORDER BY id) - length(body) AS before FROM"
    " (SELECT * FROM dead_letters WHERE instance = $1 AND subscription = $2"
    " AND replay_at_us <> 0 ORDER BY id LIMIT $3) AS page) AS counted"
    " WHERE before < $4::bigint ORDER BY id";

DeadLetterRow readLetter(const Rows& found, int row) {
  DeadLetterRow r;
  EventRow event;
  bool hasEvent = false;
  readEvent(found, row, event, r.id, r.instance, r.subscription, r.sequence, r.reason, r.attempts,
            r.firstAttemptAtUs, r.deadAtUs, hasEvent, r.replayAtUs, r.bodyBytes);
  event.instance = r.instance;
  if (hasEvent) r.event = std::move(event);
  return r;
}

std::vector<DeadLetterRow> readLetters(const Rows& found) {
  std::vector<DeadLetterRow> rows;
  for (int row = 0; row < found.size(); ++row) rows.push_back(readLetter(found, row));
  return rows;
}

}  // namespace

Queries::Queries(std::unique_ptr<Connection> connection, const crypto::Sealer* sealer)
    : connection_(std::move(connection)),
      sealer_(sealer),
      instances_(
          *connection_,
          "SELECT key, id, name, integration, number, token_hash, token_sealed, linked, deleting,"
          " owner_jid, profile_name, profile_picture_url, disconnection_code,"
          " disconnected_at_us, created_at_us, updated_at_us FROM instances ORDER BY key"),
      settings_(*connection_,
                "SELECT instance, alias, json FROM settings WHERE instance = $1 ORDER BY alias"),
      cursors_(*connection_,
               "SELECT instance, subscription, low, done_above, state, reason, failing_since_us"
               " FROM cursors ORDER BY instance, subscription"),
      lastSequence_(*connection_,
                    "SELECT GREATEST(COALESCE((SELECT last FROM sequences WHERE instance = $1), 0),"
                    " COALESCE((SELECT MAX(sequence) FROM events WHERE instance = $1), 0))"),
      events_(*connection_, selectEvents()),
      idempotency_(*connection_,
                   "SELECT instance, key, request_hash, message_id, status, answer, created_at_us,"
                   " sealed"
                   " FROM idempotency WHERE instance = $1 AND key = $2 AND created_at_us >= $3"),
      idempotencyUse_(*connection_,
                      "SELECT COUNT(*), COALESCE(SUM(octet_length(answer)), 0)::bigint"
                      " FROM idempotency WHERE instance = $1 AND created_at_us >= $2"),
      deadLetters_(*connection_, selectDeadLetters("''::bytea", kFilteredLetters)),
      deadLetter_(*connection_,
                  selectDeadLetters("body", "dead_letters WHERE instance = $1 AND id = $2")),
      markedDeadLetters_(*connection_, selectDeadLetters("body", kMarkedLetters)),
      deadLetterCounts_(*connection_,
                        "SELECT subscription, instance, COUNT(*),"
                        " COUNT(*) FILTER (WHERE replay_at_us <> 0) FROM dead_letters"
                        " WHERE instance BETWEEN $1 AND $2"
                        " GROUP BY instance, subscription ORDER BY instance, subscription"),
      deadLetterBytes_(*connection_,
                       "SELECT COALESCE(SUM(octet_length(body)), 0)::bigint FROM dead_letters"
                       " WHERE instance = $1"),
      attempts_(*connection_,
                "SELECT number, sealed, entry FROM attempts WHERE instance = $1"
                " AND subscription = $2 ORDER BY number DESC LIMIT $3"),
      kvGet_(*connection_,
             "SELECT key, value, sealed FROM kv WHERE instance = $1 AND plugin = $2"
             " AND key = ANY($3::bytea[]) AND (expires_at_us = 0 OR expires_at_us >= $4)"),
      kvScan_(*connection_,
              "SELECT key, value, sealed FROM kv WHERE instance = $1 AND plugin = $2 AND key >= $3"
              " AND key > $4 AND ($5::bytea = ''::bytea OR key < $5)"
              " AND (expires_at_us = 0 OR expires_at_us >= $6) ORDER BY key LIMIT $7"),
      kvAll_(*connection_,
             "SELECT plugin, key, value, sealed, expires_at_us FROM kv WHERE instance = $1"
             " AND (plugin, key) > ($2, $3) AND (expires_at_us = 0 OR expires_at_us "
             ">= $4)"
             " ORDER BY plugin, key LIMIT $5"),
      countRows_(*connection_, kCountRows) {
  connection_->finish();
}

std::vector<InstanceRow> Queries::instances() {
  const auto found = instances_.run();
  std::vector<InstanceRow> rows(static_cast<std::size_t>(found.size()));
  int row = 0;
  for (auto& r : rows) {
    found.read(row++, r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed,
               r.linked, r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl,
               r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs);
  }
  return rows;
}

std::vector<SettingsRow> Queries::settings(InstanceKey instance) {
  const auto found = settings_.run(instance);
  std::vector<SettingsRow> rows(static_cast<std::size_t>(found.size()));
  int row = 0;
  for (auto& r : rows) found.read(row++, r.instance, r.alias, r.json);
  return rows;
}

std::vector<CursorRow> Queries::cursors() {
  const auto found = cursors_.run();
  std::vector<CursorRow> rows(static_cast<std::size_t>(found.size()));
  std::string doneAbove;
  int row = 0;
  for (auto& r : rows) {
    found.read(row++, r.instance, r.subscription, r.low, doneAbove, r.state, r.reason,
               r.failingSinceUs);
    r.doneAbove = unpackSequences(doneAbove);
  }
  return rows;
}

std::uint64_t Queries::lastSequence(InstanceKey instance) {
  std::uint64_t last = 0;
  lastSequence_.run(instance).read(0, last);
  return last;
}

std::vector<EventRow> Queries::events(InstanceKey instance, std::uint64_t after,
                                      std::uint32_t limit, std::size_t maxBytes) {
  const auto found = events_.run(instance, after, limit, maxBytes);
  std::vector<EventRow> rows(static_cast<std::size_t>(found.size()));
  int row = 0;
  for (auto& r : rows) {
    r.instance = instance;
    readEvent(found, row++, r);
  }
  return rows;
}

std::vector<DeadLetterRow> Queries::deadLetters(const DeadLetterFilter& filter, std::uint64_t after,
                                                std::uint32_t limit) {
  return readLetters(deadLetters_.run(filter.instance, after, filter.subscription, filter.typeName,
                                      filter.chatId, filter.diedFromUs, filter.diedBeforeUs,
                                      filter.marked, limit));
}

std::optional<DeadLetterRow> Queries::deadLetter(InstanceKey instance, std::uint64_t id) {
  const auto found = deadLetter_.run(instance, id);
  if (found.size() == 0) return std::nullopt;
  return readLetter(found, 0);
}

std::vector<DeadLetterRow> Queries::markedDeadLetters(std::string_view subscription,
                                                      InstanceKey instance, std::uint32_t limit,
                                                      std::size_t maxBytes) {
  return readLetters(markedDeadLetters_.run(instance, subscription, limit, maxBytes));
}

std::uint64_t Queries::deadLetterBytes(InstanceKey instance) {
  std::uint64_t bytes = 0;
  deadLetterBytes_.run(instance).read(0, bytes);
  return bytes;
}

std::vector<DeadLetterCount> Queries::deadLetterCounts(InstanceKey instance) {
  const auto found = deadLetterCounts_.run(instance, instance != 0 ? instance : kLastInstance);
  std::vector<DeadLetterCount> counts(static_cast<std::size_t>(found.size()));
  int row = 0;
  for (auto& c : counts) found.read(row++, c.subscription, c.instance, c.letters, c.marked);
  return counts;
}

Result<std::vector<AttemptRow>> Queries::attempts(std::string_view subscription,
                                                  InstanceKey instance, std::uint32_t limit) {
  const auto found = attempts_.run(instance, subscription, limit);
  std::vector<AttemptRow> rows;
  for (int row = 0; row < found.size(); ++row) {
    auto& r = rows.emplace_back();
    r.subscription = subscription;
    r.instance = instance;
    bool sealed = false;
    found.read(row, r.number, sealed, r.entry);
    auto entry = openAttempt(sealer_, subscription, instance, std::move(r.entry), sealed);
    if (!entry) return entry.error();
    r.entry = std::move(*entry);
  }
  return rows;
}

IdempotencyUse Queries::idempotencyUse(InstanceKey instance, std::int64_t nowUs) {
  IdempotencyUse use;
  idempotencyUse_.run(instance, nowUs - kIdempotencyLifeUs).read(0, use.records, use.bytes);
  return use;
}

Result<std::optional<IdempotencyRow>> Queries::idempotency(InstanceKey instance,
                                                           std::string_view key,
                                                           std::int64_t nowUs) {
  const auto found = idempotency_.run(instance, key, nowUs - kIdempotencyLifeUs);
  if (found.size() == 0) return std::optional<IdempotencyRow>();
  IdempotencyRow r;
  bool sealed = false;
  found.read(0, r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer, r.createdAtUs,
             sealed);
  auto row = openIdempotency(sealer_, std::move(r), sealed);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<KvEntry>> Queries::kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys, std::int64_t nowUs) {
  Column wanted(Column::Of::bytea);
  for (const auto& key : keys) wanted.add(key);
  const auto found = kvGet_.run(instance, plugin, wanted, nowUs);
  std::unordered_map<std::string, KvEntry> entries;
  for (int row = 0; row < found.size(); ++row) {
    std::string key, value;
    bool sealed = false;
    found.read(row, key, value, sealed);
    auto entry = openEntry(sealer_, plugin, instance, key, std::move(value), sealed);
    if (!entry) return entry.error();
    entries.emplace(std::move(key), std::move(*entry));
  }
  std::vector<KvEntry> answer;
  answer.reserve(keys.size());
  for (const auto& key : keys) {
    const auto at = entries.find(key);
    answer.push_back(at != entries.end() ? at->second : KvEntry{key, std::nullopt});
  }
  return answer;
}

Result<std::vector<KvEntry>> Queries::kvScan(std::string_view plugin, InstanceKey instance,
                                             std::string_view prefix, std::string_view after,
                                             std::uint32_t limit, std::int64_t nowUs) {
  const auto found =
      kvScan_.run(instance, plugin, prefix, after, endOfPrefix(prefix), nowUs, limit);
  std::vector<KvEntry> entries;
  for (int row = 0; row < found.size(); ++row) {
    std::string key, value;
    bool sealed = false;
    found.read(row, key, value, sealed);
    auto entry = openEntry(sealer_, plugin, instance, std::move(key), std::move(value), sealed);
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<KvPut>> Queries::kvAll(InstanceKey instance, const KvPlace& after,
                                          std::uint32_t limit, std::int64_t nowUs) {
  const auto found = kvAll_.run(instance, after.plugin, after.key, nowUs, limit);
  std::vector<KvPut> entries(static_cast<std::size_t>(found.size()));
  int row = 0;
  for (auto& put : entries) {
    put.instance = instance;
    found.read(row++, put.plugin, put.key, put.value, put.secret, put.expiresAtUs);
    auto entry =
        openEntry(sealer_, put.plugin, instance, put.key, std::move(put.value), put.secret);
    if (!entry) return entry.error();
    put.value = std::move(*entry->value);
  }
  return entries;
}

std::uint64_t Queries::countRows(InstanceKey instance) {
  std::uint64_t rows = 0;
  countRows_.run(instance).read(0, rows);
  return rows;
}

}  // namespace colibri::store::postgres
