#include "store/postgres/queries.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "store/lifetimes.hpp"
#include "store/postgres/pq_reader.hpp"
#include "store/sound_rows.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store::postgres {
namespace {

/// Rows up to and with the one whose body makes the bytes enough; the server does not send more.
std::string selectEvents() {
  const auto columns = columnsOf(factsOf<AppendEvent>());
  return "SELECT " + columns + " FROM (SELECT " + columns +
         ", SUM(length(body)) OVER (ORDER BY sequence) - length(body) AS before FROM (SELECT " +
         columns +
         " FROM events WHERE instance = $1 AND sequence > $2 ORDER BY sequence LIMIT $3) AS page)"
         " AS counted WHERE before < $4::bigint ORDER BY sequence";
}

/// As selectEvents(): no more bodies are sent than are enough.
std::string selectMarked() {
  return "SELECT " + columnsOf(factsOf<AddDeadLetter>()) +
         ", length(body) FROM"
         " (SELECT *, SUM(length(body)) OVER (ORDER BY id) - length(body) AS before FROM"
         " (SELECT * FROM dead_letters WHERE instance = $1 AND subscription = $2"
         " AND replay_at_us <> 0 ORDER BY id LIMIT $3) AS page) AS counted"
         " WHERE before < $4::bigint ORDER BY id";
}

/// A row, and the checksums that lie in it.
template <class Put>
std::pair<Put, Sums> rowOf(const Rows& found, int row) {
  std::pair<Put, Sums> taken;
  Cells cells(found, row);
  taken.second = takeRow(cells, taken.first);
  return taken;
}

template <class Put>
Result<Put> opened(const Rows& found, int row, Damage& damage, const crypto::Sealer* sealer) {
  auto [put, sums] = rowOf<Put>(found, row);
  return openSound(damage, sealer, sums, std::move(put));
}

std::vector<DeadLetterRow> readLetters(const Rows& found, Damage& damage) {
  std::vector<DeadLetterRow> rows;
  for (int row = 0; row < found.size(); ++row) {
    DeadLetterRow letter;
    Cells cells(found, row);
    if (takeLetter(cells, letter, damage)) rows.push_back(std::move(letter));
  }
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
                 Damage& damage, const Clock& clock)
    : Lists(std::make_unique<PqReader>(*connection), sealer, damage, clock),
      connection_(std::move(connection)),
      lastSequence_(*connection_, damage),
      precedes_(*connection_,
                "SELECT EXISTS(SELECT 1 FROM events WHERE instance = $1 AND sequence <= $2)"),
      events_(*connection_, selectEvents()),
      idempotency_(*connection_, select<PutIdempotency>(
                                     "WHERE instance = $1 AND key = $2 AND created_at_us >= $3")),
      markedDeadLetters_(*connection_, selectMarked()),
      kvGet_(*connection_,
             select<KvPut>("WHERE instance = $1 AND plugin = $2 AND key = ANY($3::bytea[])"
                           " AND (expires_at_us = 0 OR expires_at_us >= $4)")),
      kvScan_(*connection_,
              select<KvPut>("WHERE instance = $1 AND plugin = $2 AND key >= $3 AND key > $4"
                            " AND ($5::bytea = ''::bytea OR key < $5)"
                            " AND (expires_at_us = 0 OR expires_at_us >= $6) ORDER BY key"
                            " LIMIT $7")) {
  connection_->finish();
}

std::uint64_t Queries::answer(const ask::LastSequence& q) {
  const auto last = lastSequence_.of({q.instance}).front();
  connection_->finish();
  return last;
}

std::vector<EventRow> Queries::answer(const ask::Events& q) {
  return firstSound([&](std::uint32_t times, int& seen) {
    const auto found =
        events_.run(q.instance, q.after, std::uint64_t{q.limit} * times, q.maxBytes * times);
    seen = found.size();
    std::vector<EventRow> rows;
    auto before = q.after;  // the number of the row before this one
    for (int row = 0; row < found.size(); ++row) {
      auto [put, sums] = rowOf<AppendEvent>(found, row);
      auto& event = put.event;
      if (event.sequence != before + 1 && (before != q.after || precedes(q.instance, q.after)))
        damage_.note("events", gapIn(q.instance, before, event.sequence));
      before = event.sequence;
      if (accepts(damage_, put, sums)) rows.push_back(std::move(event));
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

std::vector<DeadLetterRow> Queries::answer(const ask::MarkedDeadLetters& q) {
  return firstSound([&](std::uint32_t times, int& seen) {
    const auto found = markedDeadLetters_.run(q.instance, q.subscription,
                                              std::uint64_t{q.limit} * times, q.maxBytes * times);
    seen = found.size();
    return readLetters(found, damage_);
  });
}

Result<std::optional<IdempotencyRow>> Queries::answer(const ask::Idempotency& q) {
  const auto found = idempotency_.run(q.instance, q.key, clock_.keptUs() - kIdempotencyLifeUs);
  if (found.size() == 0) return std::optional<IdempotencyRow>();
  auto put = opened<PutIdempotency>(found, 0, damage_, sealer_);
  if (!put) return put.error();
  return std::optional(std::move(put->row));
}

Result<std::vector<KvEntry>> Queries::answer(const ask::Entries& q) {
  Array wanted(Array::Of::bytea);
  for (const auto& key : q.keys) wanted.add(key);
  const auto found = kvGet_.run(q.instance, q.plugin, wanted, clock_.keptUs());
  std::unordered_map<std::string, KvEntry> entries;
  for (int row = 0; row < found.size(); ++row) {
    auto put = opened<KvPut>(found, row, damage_, sealer_);
    if (!put) return put.error();
    entries.emplace(put->key, KvEntry{put->key, std::move(put->value)});
  }
  std::vector<KvEntry> answer;
  answer.reserve(q.keys.size());
  for (const auto& key : q.keys) {
    const auto at = entries.find(key);
    answer.push_back(at != entries.end() ? at->second : KvEntry{key, std::nullopt});
  }
  return answer;
}

Result<std::vector<KvEntry>> Queries::answer(const ask::EntriesWith& q) {
  std::vector<KvEntry> entries;
  std::string last(q.after);
  while (entries.size() < q.limit) {  // damaged ones do not count
    const auto found = kvScan_.run(q.instance, q.plugin, q.prefix, last, endOfPrefix(q.prefix),
                                   clock_.keptUs(), q.limit);
    for (int row = 0; row < found.size() && entries.size() < q.limit; ++row) {
      auto [put, sums] = rowOf<KvPut>(found, row);
      last = std::max(last, put.key);
      if (put.secret && sealer_ == nullptr) return noMasterKey();
      auto opened = openSound(damage_, sealer_, sums, std::move(put));
      if (opened) entries.push_back({std::move(opened->key), std::move(opened->value)});
    }
    if (std::cmp_less(found.size(), q.limit)) break;
  }
  return entries;
}

}  // namespace colibri::store::postgres
