#include "store/sqlite/queries.hpp"

#include "store/kv_sealing.hpp"
#include "store/lifetimes.hpp"
#include "store/sequence_list.hpp"
#include "store/sqlite/event_columns.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr InstanceKey kLastInstance = (InstanceKey{1} << 63) - 1;

constexpr char kCountRows[] =
    "SELECT (SELECT COUNT(*) FROM instances WHERE key = ?1)"
    " + (SELECT COUNT(*) FROM settings WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM events WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM sequences WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM dedupe WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM cursors WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM dead_letters WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM attempts WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM idempotency WHERE instance = ?1)"
    " + (SELECT COUNT(*) FROM kv WHERE instance = ?1)";

std::string selectEvents() {
  return std::string("SELECT ") + kEventColumns +
         " FROM events WHERE instance = ? AND sequence > ? ORDER BY sequence LIMIT ?";
}

std::string selectDeadLetters(const char* body, const char* where) {
  return std::string(
             "SELECT id, instance, subscription, dead_sequence, reason, attempts, "
             "first_attempt_at_us, dead_at_us, has_event, replay_at_us, length(body), ") +
         kHeaderColumns + ", " + body + " FROM dead_letters WHERE " + where;
}

constexpr char kFilteredLetters[] =
    "instance = ?1 AND id > ?2 AND (?3 = '' OR subscription = ?3) AND (?4 = '' OR type_name = ?4)"
    " AND (?5 = '' OR chat_id = ?5) AND dead_at_us >= ?6 AND dead_at_us < ?7"
    " AND (?8 OR replay_at_us = 0) ORDER BY id LIMIT ?9";

DeadLetterRow readLetter(const Statement& row) {
  DeadLetterRow r;
  EventRow event;
  bool hasEvent = false;
  readEvent(row, event, r.id, r.instance, r.subscription, r.sequence, r.reason, r.attempts,
            r.firstAttemptAtUs, r.deadAtUs, hasEvent, r.replayAtUs, r.bodyBytes);
  event.instance = r.instance;
  if (hasEvent) r.event = std::move(event);
  return r;
}

/// One view of the database for several statements.
class Snapshot {
 public:
  Snapshot(Statement& begin, Statement& end) : end_(end) { begin.run(); }
  ~Snapshot() {
    end_.start();
    try {
      end_.next();
    } catch (const std::exception&) {
      end_.reset();  // nothing was written; the next BEGIN reports a connection that is broken
    }
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Statement& end_;
};

}  // namespace

Queries::Queries(const std::filesystem::path& file, const crypto::Sealer* sealer)
    : connection_(file, Connection::Use::read),
      sealer_(sealer),
      begin_(connection_.handle(), "BEGIN"),
      end_(connection_.handle(), "ROLLBACK"),
      instances_(
          connection_.handle(),
          "SELECT key, id, name, integration, number, token_hash, token_sealed, linked, deleting,"
          " owner_jid, profile_name, profile_picture_url, disconnection_code,"
          " disconnected_at_us, created_at_us, updated_at_us FROM instances ORDER BY key"),
      settings_(connection_.handle(),
                "SELECT instance, alias, json FROM settings WHERE instance = ? ORDER BY alias"),
      cursors_(connection_.handle(),
               "SELECT instance, subscription, low, done_above, state, reason, failing_since_us"
               " FROM cursors ORDER BY instance, subscription"),
      lastSequence_(connection_.handle(),
                    "SELECT MAX(IFNULL((SELECT last FROM sequences WHERE instance = ?1), 0),"
                    " IFNULL((SELECT MAX(sequence) FROM events WHERE instance = ?1), 0))"),
      events_(connection_.handle(), selectEvents()),
      idempotency_(connection_.handle(),
                   "SELECT instance, key, request_hash, message_id, status, answer, created_at_us,"
                   " sealed"
                   " FROM idempotency WHERE instance = ? AND key = ? AND created_at_us >= ?"),
      idempotencyUse_(connection_.handle(),
                      "SELECT COUNT(*), IFNULL(SUM(length(answer)), 0) FROM idempotency"
                      " WHERE instance = ? AND created_at_us >= ?"),
      deadLetters_(connection_.handle(), selectDeadLetters("X''", kFilteredLetters)),
      deadLetter_(connection_.handle(), selectDeadLetters("body", "instance = ?1 AND id = ?2")),
      markedDeadLetters_(
          connection_.handle(),
          selectDeadLetters("body",
                            "instance = ?1 AND subscription = ?2 AND replay_at_us <> 0"
                            " ORDER BY id LIMIT ?3")),
      deadLetterCounts_(connection_.handle(),
                        "SELECT subscription, instance, COUNT(*), SUM(replay_at_us <> 0)"
                        " FROM dead_letters WHERE instance BETWEEN ?1 AND ?2"
                        " GROUP BY instance, subscription ORDER BY instance, subscription"),
      deadLetterBytes_(connection_.handle(),
                       "SELECT IFNULL(SUM(length(body)), 0) FROM dead_letters WHERE instance = ?"),
      attempts_(connection_.handle(),
                "SELECT number, sealed, entry FROM attempts WHERE instance = ?1"
                " AND subscription = ?2 ORDER BY number DESC LIMIT ?3"),
      kvGet_(connection_.handle(),
             "SELECT value, sealed FROM kv WHERE instance = ?1 AND plugin = ?2 AND key = ?3"
             " AND (expires_at_us = 0 OR expires_at_us >= ?4)"),
      kvScan_(
          connection_.handle(),
          "SELECT key, value, sealed FROM kv WHERE instance = ?1 AND plugin = ?2 AND key >= ?3"
          " AND key > ?4 AND (?5 = X'' OR key < ?5) AND (expires_at_us = 0 OR expires_at_us >= ?6)"
          " ORDER BY key LIMIT ?7"),
      kvAll_(connection_.handle(),
             "SELECT plugin, key, value, sealed, expires_at_us FROM kv WHERE instance = ?1"
             " AND (plugin, key) > (?2, ?3) AND (expires_at_us = 0 OR expires_at_us >= ?4)"
             " ORDER BY plugin, key LIMIT ?5"),
      countRows_(connection_.handle(), kCountRows) {}

std::vector<InstanceRow> Queries::instances() {
  std::vector<InstanceRow> rows;
  for (instances_.start(); instances_.next();) {
    auto& r = rows.emplace_back();
    instances_.read(r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed,
                    r.linked, r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl,
                    r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs);
  }
  return rows;
}

std::vector<SettingsRow> Queries::settings(InstanceKey instance) {
  std::vector<SettingsRow> rows;
  for (settings_.start(instance); settings_.next();) {
    auto& r = rows.emplace_back();
    settings_.read(r.instance, r.alias, r.json);
  }
  return rows;
}

std::vector<CursorRow> Queries::cursors() {
  std::vector<CursorRow> rows;
  std::string doneAbove;
  for (cursors_.start(); cursors_.next();) {
    auto& r = rows.emplace_back();
    cursors_.read(r.instance, r.subscription, r.low, doneAbove, r.state, r.reason,
                  r.failingSinceUs);
    r.doneAbove = unpackSequences(doneAbove);
  }
  return rows;
}

std::uint64_t Queries::lastSequence(InstanceKey instance) {
  std::uint64_t last = 0;
  for (lastSequence_.start(instance); lastSequence_.next();) lastSequence_.read(last);
  return last;
}

std::vector<EventRow> Queries::events(InstanceKey instance, std::uint64_t after,
                                      std::uint32_t limit, std::size_t maxBytes) {
  std::vector<EventRow> rows;
  std::size_t bytes = 0;
  for (events_.start(instance, after, limit); events_.next();) {
    auto& r = rows.emplace_back();
    r.instance = instance;
    readEvent(events_, r);
    bytes += r.body.size();
    if (bytes >= maxBytes) break;
  }
  events_.reset();
  return rows;
}

std::vector<DeadLetterRow> Queries::deadLetters(const DeadLetterFilter& filter, std::uint64_t after,
                                                std::uint32_t limit) {
  std::vector<DeadLetterRow> rows;
  deadLetters_.start(filter.instance, after, filter.subscription, filter.typeName, filter.chatId,
                     filter.diedFromUs, filter.diedBeforeUs, filter.marked, limit);
  while (deadLetters_.next()) rows.push_back(readLetter(deadLetters_));
  return rows;
}

std::optional<DeadLetterRow> Queries::deadLetter(InstanceKey instance, std::uint64_t id) {
  std::optional<DeadLetterRow> row;
  for (deadLetter_.start(instance, id); deadLetter_.next();) row = readLetter(deadLetter_);
  return row;
}

std::vector<DeadLetterRow> Queries::markedDeadLetters(std::string_view subscription,
                                                      InstanceKey instance, std::uint32_t limit,
                                                      std::size_t maxBytes) {
  std::vector<DeadLetterRow> rows;
  std::size_t bytes = 0;
  for (markedDeadLetters_.start(instance, subscription, limit); markedDeadLetters_.next();) {
    rows.push_back(readLetter(markedDeadLetters_));
    bytes += rows.back().bodyBytes;
    if (bytes >= maxBytes) break;
  }
  markedDeadLetters_.reset();
  return rows;
}

std::uint64_t Queries::deadLetterBytes(InstanceKey instance) {
  std::uint64_t bytes = 0;
  for (deadLetterBytes_.start(instance); deadLetterBytes_.next();) deadLetterBytes_.read(bytes);
  return bytes;
}

std::vector<DeadLetterCount> Queries::deadLetterCounts(InstanceKey instance) {
  std::vector<DeadLetterCount> counts;
  for (deadLetterCounts_.start(instance, instance != 0 ? instance : kLastInstance);
       deadLetterCounts_.next();) {
    auto& c = counts.emplace_back();
    deadLetterCounts_.read(c.subscription, c.instance, c.letters, c.marked);
  }
  return counts;
}

Result<std::vector<AttemptRow>> Queries::attempts(std::string_view subscription,
                                                  InstanceKey instance, std::uint32_t limit) {
  std::vector<AttemptRow> rows;
  for (attempts_.start(instance, subscription, limit); attempts_.next();) {
    auto& r = rows.emplace_back();
    r.subscription = subscription;
    r.instance = instance;
    bool sealed = false;
    attempts_.read(r.number, sealed, r.entry);
    auto entry = openAttempt(sealer_, subscription, instance, std::move(r.entry), sealed);
    if (!entry) {
      attempts_.reset();
      return entry.error();
    }
    r.entry = std::move(*entry);
  }
  return rows;
}

IdempotencyUse Queries::idempotencyUse(InstanceKey instance, std::int64_t nowUs) {
  IdempotencyUse use;
  for (idempotencyUse_.start(instance, nowUs - kIdempotencyLifeUs); idempotencyUse_.next();)
    idempotencyUse_.read(use.records, use.bytes);
  return use;
}

Result<std::optional<IdempotencyRow>> Queries::idempotency(InstanceKey instance,
                                                           std::string_view key,
                                                           std::int64_t nowUs) {
  IdempotencyRow r;
  bool sealed = false;
  idempotency_.start(instance, key, nowUs - kIdempotencyLifeUs);
  if (!idempotency_.next()) return std::optional<IdempotencyRow>();
  idempotency_.read(r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer,
                    r.createdAtUs, sealed);
  idempotency_.reset();
  auto row = openIdempotency(sealer_, std::move(r), sealed);
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<KvEntry>> Queries::kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys, std::int64_t nowUs) {
  const Snapshot snapshot(begin_, end_);
  std::vector<KvEntry> entries;
  entries.reserve(keys.size());
  for (const auto& key : keys) {
    kvGet_.start(instance, plugin, Blob{key}, nowUs);
    if (!kvGet_.next()) {
      entries.push_back({key, std::nullopt});
      continue;
    }
    std::string value;
    bool sealed = false;
    kvGet_.read(value, sealed);
    kvGet_.reset();
    auto entry = openEntry(sealer_, plugin, instance, key, std::move(value), sealed);
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<KvEntry>> Queries::kvScan(std::string_view plugin, InstanceKey instance,
                                             std::string_view prefix, std::string_view after,
                                             std::uint32_t limit, std::int64_t nowUs) {
  const auto end = endOfPrefix(prefix);
  std::vector<KvEntry> entries;
  kvScan_.start(instance, plugin, Blob{prefix}, Blob{after}, Blob{end}, nowUs, limit);
  while (kvScan_.next()) {
    std::string key, value;
    bool sealed = false;
    kvScan_.read(key, value, sealed);
    auto entry = openEntry(sealer_, plugin, instance, std::move(key), std::move(value), sealed);
    if (!entry) {
      kvScan_.reset();
      return entry.error();
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<KvPut>> Queries::kvAll(InstanceKey instance, const KvPlace& after,
                                          std::uint32_t limit, std::int64_t nowUs) {
  std::vector<KvPut> entries;
  kvAll_.start(instance, after.plugin, Blob{after.key}, nowUs, limit);
  while (kvAll_.next()) {
    auto& put = entries.emplace_back();
    put.instance = instance;
    kvAll_.read(put.plugin, put.key, put.value, put.secret, put.expiresAtUs);
    auto entry =
        openEntry(sealer_, put.plugin, instance, put.key, std::move(put.value), put.secret);
    if (!entry) {
      kvAll_.reset();
      return entry.error();
    }
    put.value = std::move(*entry->value);
  }
  return entries;
}

std::uint64_t Queries::countRows(InstanceKey instance) {
  std::uint64_t rows = 0;
  for (countRows_.start(instance); countRows_.next();) countRows_.read(rows);
  return rows;
}

}  // namespace colibri::store::sqlite
