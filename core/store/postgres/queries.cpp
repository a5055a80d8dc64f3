#include "store/postgres/queries.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "store/kv_sealing.hpp"
#include "store/lifetimes.hpp"
#include "store/postgres/event_columns.hpp"
#include "store/sequence_list.hpp"
#include "store/sound_rows.hpp"

namespace colibri::store::postgres {
namespace {

constexpr InstanceKey kLastInstance = (InstanceKey{1} << 63) - 1;

constexpr char kHighestInstance[] =
    "SELECT GREATEST(0"
    ", (SELECT MAX(key) FROM instances)"
    ", (SELECT MAX(instance) FROM settings)"
    ", (SELECT MAX(instance) FROM events)"
    ", (SELECT MAX(instance) FROM sequences)"
    ", (SELECT MAX(instance) FROM cursors)"
    ", (SELECT MAX(instance) FROM dead_letters)"
    ", (SELECT MAX(instance) FROM kv)"
    ")";

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
  const auto columns = std::string(kEventColumns) + ", sum";
  return std::string("SELECT COALESCE(sum, -1), ") + kEventColumns + " FROM (SELECT " + columns +
         ", SUM(length(body)) OVER (ORDER BY sequence) - length(body) AS before FROM (SELECT " +
         columns +
         " FROM events WHERE instance = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS page)"
         " AS counted WHERE before < $4::bigint ORDER BY sequence";
}

std::string selectDeadLetters(const char* body, const std::string& from) {
  return std::string(
             "SELECT id, instance, subscription, dead_sequence, reason, attempts,"
             " first_attempt_at_us, dead_at_us, has_event, replay_at_us, length(body)::bigint,"
             " COALESCE(sum, -1), COALESCE(fate_sum, -1), ") +
         kHeaderColumns + ", " + body + " FROM " + from;
}

// As much of a body as its row's checksum takes.
constexpr char kEndOfBody[] =
    "CASE WHEN sealed THEN substr(body, greatest(length(body) - 15, 1)) ELSE body END";
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

/// Nothing: it is damaged.
std::optional<DeadLetterRow> readLetter(const Rows& found, int row, Damage& damage) {
  DeadLetterRow r;
  EventRow event;
  bool hasEvent = false;
  RowSum sum = kNoSum, fateSum = kNoSum;
  readEvent(found, row, event, r.id, r.instance, r.subscription, r.sequence, r.reason, r.attempts,
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

std::vector<DeadLetterRow> readLetters(const Rows& found, Damage& damage) {
  std::vector<DeadLetterRow> rows;
  for (int row = 0; row < found.size(); ++row)
    if (auto letter = readLetter(found, row, damage)) rows.push_back(std::move(*letter));
  return rows;
}

/// The first rows that are sound: `read(times, seen)` reads a page so many times as long as was
/// asked for, and says how many rows there were, damaged ones included. A page of nothing would
/// otherwise mean that there is nothing.
template <class Read>
auto firstSound(Read read) {
  int before = 0;
  for (std::uint32_t times = 1;; times *= 2) {
    int seen = 0;
    auto rows = read(times, seen);
    if (!rows.empty() || seen == before || times > 4096) return rows;
    before = seen;
  }
}

}  // namespace

Queries::Queries(std::unique_ptr<Connection> connection, const crypto::Sealer* sealer,
                 Damage& damage)
    : connection_(std::move(connection)),
      sealer_(sealer),
      damage_(damage),
      instances_(
          *connection_,
          "SELECT key, id, name, integration, number, token_hash, token_sealed, linked, deleting,"
          " owner_jid, profile_name, profile_picture_url, disconnection_code,"
          " disconnected_at_us, created_at_us, updated_at_us, COALESCE(sum, -1) FROM instances "
          "ORDER BY key"),
      lastInstance_(*connection_, kHighestInstance),
      settings_(*connection_,
                "SELECT instance, alias, json, COALESCE(sum, -1) FROM settings WHERE instance = $1 "
                "ORDER BY alias"),
      cursors_(*connection_,
               "SELECT instance, subscription, low, done_above, state, reason, failing_since_us,"
               " COALESCE(sum, -1) FROM cursors ORDER BY instance, subscription"),
      lastSequence_(*connection_, damage),
      precedes_(*connection_,
                "SELECT EXISTS(SELECT 1 FROM events WHERE instance = $1 AND sequence <= $2)"),
      events_(*connection_, selectEvents()),
      idempotency_(*connection_,
                   "SELECT instance, key, request_hash, message_id, status, answer, created_at_us,"
                   " sealed, COALESCE(sum, -1)"
                   " FROM idempotency WHERE instance = $1 AND key = $2 AND created_at_us >= $3"),
      idempotencyUse_(*connection_,
                      "SELECT COUNT(*), COALESCE(SUM(octet_length(answer)), 0)::bigint"
                      " FROM idempotency WHERE instance = $1 AND created_at_us >= $2"),
      deadLetters_(*connection_, selectDeadLetters(kEndOfBody, kFilteredLetters)),
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
                "SELECT number, sealed, entry, COALESCE(sum, -1) FROM attempts WHERE instance = $1"
                " AND subscription = $2 ORDER BY number DESC LIMIT $3"),
      kvGet_(*connection_,
             "SELECT key, value, sealed, expires_at_us, COALESCE(sum, -1) FROM kv WHERE instance = "
             "$1 AND plugin = $2"
             " AND key = ANY($3::bytea[]) AND (expires_at_us = 0 OR expires_at_us >= $4)"),
      kvScan_(*connection_,
              "SELECT key, value, sealed, expires_at_us, COALESCE(sum, -1) FROM kv WHERE instance "
              "= $1 AND plugin = $2 AND key >= $3"
              " AND key > $4 AND ($5::bytea = ''::bytea OR key < $5)"
              " AND (expires_at_us = 0 OR expires_at_us >= $6) ORDER BY key LIMIT $7"),
      kvAll_(*connection_,
             "SELECT plugin, key, value, sealed, expires_at_us, COALESCE(sum, -1) FROM kv WHERE "
             "instance = $1"
             " AND (plugin, key) > ($2, $3) AND (expires_at_us = 0 OR expires_at_us "
             ">= $4)"
             " ORDER BY plugin, key LIMIT $5"),
      countRows_(*connection_, kCountRows) {
  connection_->finish();
}

std::vector<InstanceRow> Queries::instances() {
  const auto found = instances_.run();
  std::vector<InstanceRow> rows;
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    InstanceRow r;
    found.read(row, r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed,
               r.linked, r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl,
               r.disconnectionCode, r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs, sum);
    if (damage_.accepts(sum, sumOf(r), "instances", [&] { return nameOf(r.key, r.name); }))
      rows.push_back(std::move(r));
  }
  return rows;
}

InstanceKey Queries::lastInstance() {
  InstanceKey key = 0;
  lastInstance_.run().read(0, key);
  return key;
}

std::vector<SettingsRow> Queries::settings(InstanceKey instance) {
  const auto found = settings_.run(instance);
  std::vector<SettingsRow> rows;
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    SettingsRow r;
    found.read(row, r.instance, r.alias, r.json, sum);
    if (damage_.accepts(sum, sumOf(r), "settings", [&] { return nameOf(r.instance, r.alias); }))
      rows.push_back(std::move(r));
  }
  return rows;
}

std::vector<CursorRow> Queries::cursors() {
  const auto found = cursors_.run();
  std::vector<CursorRow> rows;
  std::string doneAbove;
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    CursorRow r;
    found.read(row, r.instance, r.subscription, r.low, doneAbove, r.state, r.reason,
               r.failingSinceUs, sum);
    r.doneAbove = unpackSequences(doneAbove);
    if (damage_.accepts(sum, sumOf(r), "cursors",
                        [&] { return nameOf(r.instance, r.subscription); }))
      rows.push_back(std::move(r));
  }
  return rows;
}

std::uint64_t Queries::lastSequence(InstanceKey instance) {
  const auto last = lastSequence_.of({instance}).front();
  connection_->finish();
  return last;
}

std::vector<EventRow> Queries::events(InstanceKey instance, std::uint64_t after,
                                      std::uint32_t limit, std::size_t maxBytes) {
  return firstSound([&](std::uint32_t times, int& seen) {
    const auto found = events_.run(instance, after, std::uint64_t{limit} * times, maxBytes * times);
    seen = found.size();
    std::vector<EventRow> rows;
    auto before = after;  // the number of the row before this one
    RowSum sum = kNoSum;
    for (int row = 0; row < found.size(); ++row) {
      EventRow r;
      r.instance = instance;
      readEvent(found, row, r, sum);
      if (r.sequence != before + 1 && (before != after || precedes(instance, after)))
        damage_.note("events", gapIn(instance, before, r.sequence));
      before = r.sequence;
      if (damage_.accepts(sum, sumOf(r, r.sequence), "events",
                          [&] { return nameOf(instance, std::to_string(r.sequence)); }))
        rows.push_back(std::move(r));
    }
    return rows;
  });
}

/// Whether there are events up to it: then the next one is missing if it is not there.
bool Queries::precedes(InstanceKey instance, std::uint64_t upTo) {
  bool any = false;
  precedes_.run(instance, upTo).read(0, any);
  return any;
}

std::vector<DeadLetterRow> Queries::deadLetters(const DeadLetterFilter& filter, std::uint64_t after,
                                                std::uint32_t limit) {
  std::vector<DeadLetterRow> rows;
  while (rows.size() < limit) {  // damaged ones do not count
    const auto found =
        deadLetters_.run(filter.instance, rows.empty() ? after : rows.back().id,
                         filter.subscription, filter.typeName, filter.chatId, filter.diedFromUs,
                         filter.diedBeforeUs, filter.marked, limit);
    auto sound = readLetters(found, damage_);
    const bool all = found.size() == 0 || std::cmp_less(found.size(), limit) || sound.empty();
    std::move(sound.begin(), sound.end(), std::back_inserter(rows));
    if (all) break;
  }
  if (rows.size() > limit) rows.resize(limit);
  for (auto& row : rows)
    if (row.event) row.event->body.clear();
  return rows;
}

std::optional<DeadLetterRow> Queries::deadLetter(InstanceKey instance, std::uint64_t id) {
  const auto found = deadLetter_.run(instance, id);
  if (found.size() == 0) return std::nullopt;
  return readLetter(found, 0, damage_);
}

std::vector<DeadLetterRow> Queries::markedDeadLetters(std::string_view subscription,
                                                      InstanceKey instance, std::uint32_t limit,
                                                      std::size_t maxBytes) {
  return firstSound([&](std::uint32_t times, int& seen) {
    const auto found = markedDeadLetters_.run(instance, subscription, std::uint64_t{limit} * times,
                                              maxBytes * times);
    seen = found.size();
    return readLetters(found, damage_);
  });
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
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    PutAttempt put{{std::string(subscription), instance, 0, {}}};
    found.read(row, put.row.number, put.sealed, put.row.entry, sum);
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (opened) rows.push_back(std::move(*opened));
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
  PutIdempotency put;
  auto& r = put.row;
  RowSum sum = kNoSum;
  found.read(0, r.instance, r.key, r.requestHash, r.messageId, r.status, r.answer, r.createdAtUs,
             put.sealed, sum);
  auto row = openSound(damage_, sealer_, sum, std::move(put));
  if (!row) return row.error();
  return std::optional(std::move(*row));
}

Result<std::vector<KvEntry>> Queries::kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys, std::int64_t nowUs) {
  Column wanted(Column::Of::bytea);
  for (const auto& key : keys) wanted.add(key);
  const auto found = kvGet_.run(instance, plugin, wanted, nowUs);
  std::unordered_map<std::string, KvEntry> entries;
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    KvPut put{std::string(plugin), instance, {}, {}};
    found.read(row, put.key, put.value, put.secret, put.expiresAtUs, sum);
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) return opened.error();
    entries.emplace(opened->key, KvEntry{opened->key, std::move(opened->value)});
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
  std::vector<KvEntry> entries;
  std::string last(after);
  RowSum sum = kNoSum;
  while (entries.size() < limit) {  // damaged ones do not count
    const auto found =
        kvScan_.run(instance, plugin, prefix, last, endOfPrefix(prefix), nowUs, limit);
    for (int row = 0; row < found.size() && entries.size() < limit; ++row) {
      KvPut put{std::string(plugin), instance, {}, {}};
      found.read(row, put.key, put.value, put.secret, put.expiresAtUs, sum);
      last = std::max(last, put.key);
      if (put.secret && sealer_ == nullptr) return noMasterKey();
      auto opened = openSound(damage_, sealer_, sum, std::move(put));
      if (opened) entries.push_back({std::move(opened->key), std::move(opened->value)});
    }
    if (std::cmp_less(found.size(), limit)) break;
  }
  return entries;
}

Result<std::vector<KvPut>> Queries::kvAll(InstanceKey instance, const KvPlace& after,
                                          std::uint32_t limit, std::int64_t nowUs) {
  const auto found = kvAll_.run(instance, after.plugin, after.key, nowUs, limit);
  std::vector<KvPut> entries;
  RowSum sum = kNoSum;
  for (int row = 0; row < found.size(); ++row) {
    KvPut put;
    put.instance = instance;
    found.read(row, put.plugin, put.key, put.value, put.secret, put.expiresAtUs, sum);
    auto opened = openSound(damage_, sealer_, sum, std::move(put));
    if (!opened) return opened.error();
    entries.push_back(std::move(*opened));
  }
  return entries;
}

std::uint64_t Queries::countRows(InstanceKey instance) {
  std::uint64_t rows = 0;
  countRows_.run(instance).read(0, rows);
  return rows;
}

}  // namespace colibri::store::postgres
