#include "store/sqlite/queries.hpp"

#include "store/kv_sealing.hpp"
#include "store/lifetimes.hpp"
#include "store/sequence_list.hpp"
#include "store/sound_rows.hpp"
#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/row_order.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr InstanceKey kLastInstance = (InstanceKey{1} << 63) - 1;

constexpr char kHighestInstance[] =
    "SELECT MAX(0"
    ", IFNULL((SELECT MAX(key) FROM instances), 0)"
    ", IFNULL((SELECT MAX(instance) FROM settings), 0)"
    ", IFNULL((SELECT MAX(instance) FROM events), 0)"
    ", IFNULL((SELECT MAX(instance) FROM sequences), 0)"
    ", IFNULL((SELECT MAX(instance) FROM cursors), 0)"
    ", IFNULL((SELECT MAX(instance) FROM dead_letters), 0)"
    ", IFNULL((SELECT MAX(instance) FROM kv), 0)"
    ")";

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
  return std::string("SELECT IFNULL(sum, -1), ") + kEventColumns +
         " FROM events WHERE instance = ? AND sequence > ? ORDER BY sequence";
}

std::string selectDeadLetters(const char* body, const char* where) {
  return std::string(
             "SELECT id, instance, subscription, dead_sequence, reason, attempts, "
             "first_attempt_at_us, dead_at_us, has_event, replay_at_us, length(body), "
             "IFNULL(sum, -1), IFNULL(fate_sum, -1), ") +
         kHeaderColumns + ", " + body + " FROM dead_letters WHERE " + where;
}

// As much of a body as its row's checksum takes.
constexpr char kEndOfBody[] = "CASE WHEN sealed THEN substr(body, -16) ELSE body END";
constexpr char kFilteredLetters[] =
    "instance = ?1 AND id > ?2 AND (?3 = '' OR subscription = ?3) AND (?4 = '' OR type_name = ?4)"
    " AND (?5 = '' OR chat_id = ?5) AND dead_at_us >= ?6 AND dead_at_us < ?7"
    " AND (?8 OR replay_at_us = 0) ORDER BY id";

/// Nothing: it is damaged.
std::optional<DeadLetterRow> readLetter(const Statement& row, Damage& damage) {
  DeadLetterRow r;
  EventRow event;
  bool hasEvent = false;
  RowSum sum = kNoSum, fateSum = kNoSum;
  readEvent(row, event, r.id, r.instance, r.subscription, r.sequence, r.reason, r.attempts,
            r.firstAttemptAtUs, r.deadAtUs, hasEvent, r.replayAtUs, r.bodyBytes, sum, fateSum);
  event.instance = r.instance;
  if (hasEvent) r.event = std::move(event);
  const auto name = [&r] { return std::to_string(r.id); };
  const auto size = static_cast<std::size_t>(r.bodyBytes);
  if (!damage.accepts(sum, sumOf(r, size), "dead_letters", name) ||
      !damage.accepts(fateSum, sumOfFate(r.reason, r.attempts, r.deadAtUs), "dead_letters", name))
    return std::nullopt;
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

Queries::Queries(const std::filesystem::path& file, const crypto::Sealer* sealer, Damage& damage)
    : connection_(file, Connection::Use::read),
      sealer_(sealer),
      damage_(damage),
      begin_(connection_.handle(), "BEGIN"),
      end_(connection_.handle(), "ROLLBACK"),
      instances_(
          connection_.handle(),
          "SELECT key, id, name, integration, number, token_hash, token_sealed, linked, deleting,"
          " owner_jid, profile_name, profile_picture_url, disconnection_code,"
          " disconnected_at_us, created_at_us, updated_at_us, IFNULL(sum, -1) FROM instances ORDER "
          "BY key"),
      lastInstance_(connection_.handle(), kHighestInstance),
      settings_(connection_.handle(),
                "SELECT instance, alias, json, IFNULL(sum, -1) FROM settings WHERE instance = ? "
                "ORDER BY alias"),
      cursors_(connection_.handle(),
               "SELECT instance, subscription, low, done_above, state, reason, failing_since_us,"
               " IFNULL(sum, -1)"
               " FROM cursors ORDER BY instance, subscription"),
      lastSequence_(connection_.handle(), damage),
      precedes_(connection_.handle(),
                "SELECT EXISTS(SELECT 1 FROM events WHERE instance = ?1 AND sequence <= ?2)"),
      events_(connection_.handle(), selectEvents()),
      idempotency_(connection_.handle(),
                   "SELECT instance, key, request_hash, message_id, status, answer, created_at_us,"
                   " sealed, IFNULL(sum, -1)"
                   " FROM idempotency WHERE instance = ? AND key = ? AND created_at_us >= ?"),
      idempotencyUse_(connection_.handle(),
                      "SELECT COUNT(*), IFNULL(SUM(length(answer)), 0) FROM idempotency"
                      " WHERE instance = ? AND created_at_us >= ?"),
      deadLetters_(connection_.handle(), selectDeadLetters(kEndOfBody, kFilteredLetters)),
      deadLetter_(connection_.handle(), selectDeadLetters("body", "instance = ?1 AND id = ?2")),
      markedDeadLetters_(
          connection_.handle(),
          selectDeadLetters("body",
                            "instance = ?1 AND subscription = ?2 AND replay_at_us <> 0"
                            " ORDER BY id")),
      deadLetterCounts_(connection_.handle(),
                        "SELECT subscription, instance, COUNT(*), SUM(replay_at_us <> 0)"
                        " FROM dead_letters WHERE instance BETWEEN ?1 AND ?2"
                        " GROUP BY instance, subscription ORDER BY instance, subscription"),
      deadLetterBytes_(connection_.handle(),
                       "SELECT IFNULL(SUM(length(body)), 0) FROM dead_letters WHERE instance = ?"),
      attempts_(connection_.handle(),
                "SELECT number, sealed, entry, IFNULL(sum, -1) FROM attempts WHERE instance = ?1"
                " AND subscription = ?2 ORDER BY number DESC LIMIT ?3"),
      kvGet_(connection_.handle(),
             "SELECT value, sealed, expires_at_us, IFNULL(sum, -1) FROM kv WHERE instance = ?1 AND "
             "plugin = ?2 AND key = ?3"
             " AND (expires_at_us = 0 OR expires_at_us >= ?4)"),
      kvScan_(
          connection_.handle(),
          "SELECT key, value, sealed, expires_at_us, IFNULL(sum, -1) FROM kv WHERE instance = ?1 "
          "AND plugin = ?2 AND key >= ?3"
          " AND key > ?4 AND (?5 = X'' OR key < ?5) AND (expires_at_us = 0 OR expires_at_us >= ?6)"
          " ORDER BY key"),
      kvAll_(connection_.handle(),
             "SELECT plugin, key, value, sealed, expires_at_us, IFNULL(sum, -1) FROM kv WHERE "
             "instance = ?1"
             " AND (plugin, key) > (?2, ?3) AND (expires_at_us = 0 OR expires_at_us >= ?4)"
             " ORDER BY plugin, key LIMIT ?5"),
      reusableBytes_(
          connection_.handle(),
          "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"),
      countRows_(connection_.handle(), kCountRows) {}

std::vector<InstanceRow> Queries::instances() {
  std::vector<InstanceRow> rows;
  RowSum sum = kNoSum;
  RowOrder<InstanceKey> order(instances_);
  for (instances_.start(); instances_.next();) {
    InstanceRow r;
    instances_.read(r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed,
                    r.linked, r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl,
                    r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs, sum);
    if (!damage_.accepts(sum, sumOf(r), "instances", [&] { return nameOf(r.key, r.name); }))
      continue;
    order.next(r.key);
    rows.push_back(std::move(r));
  }
  return rows;
}

InstanceKey Queries::lastInstance() {
  InstanceKey key = 0;
  for (lastInstance_.start(); lastInstance_.next();) lastInstance_.read(key);
  return key;
}

std::vector<SettingsRow> Queries::settings(InstanceKey instance) {
  std::vector<SettingsRow> rows;
  RowSum sum = kNoSum;
  RowOrder<std::string> order(settings_);
  for (settings_.start(instance); settings_.next();) {
    SettingsRow r;
    settings_.read(r.instance, r.alias, r.json, sum);
    if (!damage_.accepts(sum, sumOf(r), "settings", [&] { return nameOf(r.instance, r.alias); }))
      continue;
    order.next(r.alias);
    rows.push_back(std::move(r));
  }
  return rows;
}

std::vector<CursorRow> Queries::cursors() {
  std::vector<CursorRow> rows;
  std::string doneAbove;
  RowSum sum = kNoSum;
  RowOrder<std::pair<InstanceKey, std::string>> order(cursors_);
  for (cursors_.start(); cursors_.next();) {
    CursorRow r;
    cursors_.read(r.instance, r.subscription, r.low, doneAbove, r.state, r.reason, r.failingSinceUs,
                  sum);
    r.doneAbove = unpackSequences(doneAbove);
    if (!damage_.accepts(sum, sumOf(r), "cursors",
                         [&] { return nameOf(r.instance, r.subscription); }))
      continue;
    order.next({r.instance, r.subscription});
    rows.push_back(std::move(r));
  }
  return rows;
}

std::uint64_t Queries::lastSequence(InstanceKey instance) {
  return lastSequence_.of(instance);
}

std::vector<EventRow> Queries::events(InstanceKey instance, std::uint64_t after,
                                      std::uint32_t limit, std::size_t maxBytes) {
  std::vector<EventRow> rows;
  std::size_t bytes = 0;
  auto before = after;  // the number of the row before this one
  RowSum sum = kNoSum;
  RowOrder<std::uint64_t> order(events_);
  for (events_.start(instance, after); rows.size() < limit && events_.next();) {
    EventRow r;
    r.instance = instance;
    readEvent(events_, r, sum);
    if (r.sequence != before + 1 && (before != after || precedes(instance, after)))
      damage_.note("events", gapIn(instance, before, r.sequence));
    before = r.sequence;
    if (!damage_.accepts(sum, sumOf(r, r.sequence), "events",
                         [&] { return nameOf(instance, std::to_string(r.sequence)); }))
      continue;
    order.next(r.sequence);
    bytes += r.body.size();
    rows.push_back(std::move(r));
    if (bytes >= maxBytes) break;
  }
  events_.reset();
  return rows;
}

/// Whether there are events up to it: then the next one is missing if it is not there.
bool Queries::precedes(InstanceKey instance, std::uint64_t upTo) {
  bool any = false;
  for (precedes_.start(instance, upTo); precedes_.next();) precedes_.read(any);
  return any;
}

std::vector<DeadLetterRow> Queries::deadLetters(const DeadLetterFilter& filter, std::uint64_t after,
                                                std::uint32_t limit) {
  std::vector<DeadLetterRow> rows;
  RowOrder<std::uint64_t> order(deadLetters_);
  deadLetters_.start(filter.instance, after, filter.subscription, filter.typeName, filter.chatId,
                     filter.diedFromUs, filter.diedBeforeUs, filter.marked);
  while (rows.size() < limit && deadLetters_.next()) {
    auto letter = readLetter(deadLetters_, damage_);
    if (!letter) continue;
    order.next(letter->id);
    if (letter->event) letter->event->body.clear();
    rows.push_back(std::move(*letter));
  }
  deadLetters_.reset();
  return rows;
}

std::optional<DeadLetterRow> Queries::deadLetter(InstanceKey instance, std::uint64_t id) {
  std::optional<DeadLetterRow> row;
  for (deadLetter_.start(instance, id); deadLetter_.next();) row = readLetter(deadLetter_, damage_);
  return row;
}

std::vector<DeadLetterRow> Queries::markedDeadLetters(std::string_view subscription,
                                                      InstanceKey instance, std::uint32_t limit,
                                                      std::size_t maxBytes) {
  std::vector<DeadLetterRow> rows;
  std::size_t bytes = 0;
  RowOrder<std::uint64_t> order(markedDeadLetters_);
  markedDeadLetters_.start(instance, subscription);
  while (rows.size() < limit && bytes < maxBytes && markedDeadLetters_.next()) {
    auto letter = readLetter(markedDeadLetters_, damage_);
    if (!letter) continue;
    order.next(letter->id);
    bytes += letter->bodyBytes;
    rows.push_back(std::move(*letter));
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
  RowSum sum = kNoSum;
  RowOrder<std::uint64_t, std::greater<>> order(attempts_);
  for (attempts_.start(instance, subscription, limit); attempts_.next();) {
    PutAttempt put{{std::string(subscription), instance, 0, {}}};
    attempts_.read(put.row.number, put.sealed, put.row.entry, sum);
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) continue;
    order.next(opened->number);
    rows.push_back(std::move(*opened));
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
  PutIdempotency put;
  auto& r = put.row;
  RowSum sum = kNoSum;
  idempotency_.start(instance, key, nowUs - kIdempotencyLifeUs);
  if (!idempotency_.next()) return std::optional<IdempotencyRow>();
  idempotency_.read(r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer,
                    r.createdAtUs, put.sealed, sum);
  idempotency_.reset();
  auto row = openSound(damage_, sealer_, sum, std::move(put));
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<KvEntry>> Queries::kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys, std::int64_t nowUs) {
  const Snapshot snapshot(begin_, end_);
  std::vector<KvEntry> entries;
  entries.reserve(keys.size());
  RowSum sum = kNoSum;
  for (const auto& key : keys) {
    kvGet_.start(instance, plugin, Blob{key}, nowUs);
    if (!kvGet_.next()) {
      entries.push_back({key, std::nullopt});
      continue;
    }
    KvPut put{std::string(plugin), instance, key, {}};
    kvGet_.read(put.value, put.secret, put.expiresAtUs, sum);
    kvGet_.reset();
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) return opened.error();
    entries.push_back({key, std::move(opened->value)});
  }
  return entries;
}

Result<std::vector<KvEntry>> Queries::kvScan(std::string_view plugin, InstanceKey instance,
                                             std::string_view prefix, std::string_view after,
                                             std::uint32_t limit, std::int64_t nowUs) {
  const auto end = endOfPrefix(prefix);
  std::vector<KvEntry> entries;
  RowSum sum = kNoSum;
  RowOrder<std::string> order(kvScan_);
  kvScan_.start(instance, plugin, Blob{prefix}, Blob{after}, Blob{end}, nowUs);
  while (entries.size() < limit && kvScan_.next()) {
    KvPut put{std::string(plugin), instance, {}, {}};
    kvScan_.read(put.key, put.value, put.secret, put.expiresAtUs, sum);
    if (put.secret && sealer_ == nullptr) {
      kvScan_.reset();
      return noMasterKey();
    }
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) continue;
    order.next(opened->key);
    entries.push_back({std::move(opened->key), std::move(opened->value)});
  }
  kvScan_.reset();
  return entries;
}

Result<std::vector<KvPut>> Queries::kvAll(InstanceKey instance, const KvPlace& after,
                                          std::uint32_t limit, std::int64_t nowUs) {
  std::vector<KvPut> entries;
  RowSum sum = kNoSum;
  RowOrder<std::pair<std::string, std::string>> order(kvAll_);
  kvAll_.start(instance, after.plugin, Blob{after.key}, nowUs, limit);
  while (kvAll_.next()) {
    KvPut put;
    put.instance = instance;
    kvAll_.read(put.plugin, put.key, put.value, put.secret, put.expiresAtUs, sum);
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) {
      kvAll_.reset();
      return opened.error();
    }
    order.next({opened->plugin, opened->key});
    entries.push_back(std::move(*opened));
  }
  return entries;
}

std::uint64_t Queries::reusableBytes() {
  std::uint64_t bytes = 0;
  for (reusableBytes_.start(); reusableBytes_.next();) reusableBytes_.read(bytes);
  return bytes;
}

std::uint64_t Queries::countRows(InstanceKey instance) {
  std::uint64_t rows = 0;
  for (countRows_.start(instance); countRows_.next();) countRows_.read(rows);
  return rows;
}

}  // namespace colibri::store::sqlite
