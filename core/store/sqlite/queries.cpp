#include "store/sqlite/queries.hpp"

#include "store/lifetimes.hpp"
#include "store/row_order.hpp"
#include "store/sound_rows.hpp"
#include "store/sql/derived.hpp"
#include "store/sqlite/poco_reader.hpp"

namespace colibri::store::sqlite {
namespace {

template <class Put>
auto opened(const Statement& statement, Damage& damage, const crypto::Sealer* sealer) {
  Put put;
  auto cells = statement.cells();
  const auto sums = takeRow(cells, put);
  return openSound(damage, sealer, sums, std::move(put));
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

Queries::Queries(std::unique_ptr<Connection> connection, const crypto::Sealer* sealer,
                 Damage& damage, const Clock& clock)
    : Lists(std::make_unique<PocoReader>(*connection), sealer, damage, clock),
      connection_(std::move(connection)),
      begin_(connection_->handle(), "BEGIN"),
      end_(connection_->handle(), "ROLLBACK"),
      lastSequence_(connection_->handle(), damage),
      precedes_(connection_->handle(),
                "SELECT EXISTS(SELECT 1 FROM events WHERE instance = ?1 AND sequence <= ?2)"),
      events_(connection_->handle(),
              select<AppendEvent>("WHERE instance = ? AND sequence > ? ORDER BY sequence")),
      idempotency_(connection_->handle(),
                   select<PutIdempotency>("WHERE instance = ? AND key = ? AND created_at_us >= ?")),
      markedDeadLetters_(connection_->handle(),
                         "SELECT " + columnsOf(factsOf<AddDeadLetter>()) +
                             ", length(body) FROM dead_letters WHERE instance = ?1"
                             " AND subscription = ?2 AND replay_at_us <> 0 ORDER BY id"),
      kvGet_(connection_->handle(),
             select<KvPut>("WHERE instance = ?1 AND plugin = ?2 AND key = ?3"
                           " AND (expires_at_us = 0 OR expires_at_us >= ?4)")),
      kvScan_(connection_->handle(),
              select<KvPut>("WHERE instance = ?1 AND plugin = ?2 AND key >= ?3 AND key > ?4"
                            " AND (?5 = X'' OR key < ?5)"
                            " AND (expires_at_us = 0 OR expires_at_us >= ?6) ORDER BY key")),
      reusableBytes_(
          connection_->handle(),
          "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size") {}

std::uint64_t Queries::answer(const ask::LastSequence& q) {
  return lastSequence_.of(q.instance);
}

std::vector<EventRow> Queries::answer(const ask::Events& q) {
  std::vector<EventRow> rows;
  std::size_t bytes = 0;
  auto before = q.after;  // the number of the row before this one
  RowOrder<std::uint64_t> order(events_, q.after);
  for (events_.start(q.instance, q.after); rows.size() < q.limit && events_.next();) {
    AppendEvent put;
    auto& r = put.event;
    auto cells = events_.cells();
    const auto sums = takeRow(cells, put);
    if (r.sequence != before + 1 && (before != q.after || precedes(q.instance, q.after)))
      damage_.note("events", gapIn(q.instance, before, r.sequence));
    before = r.sequence;
    if (!accepts(damage_, put, sums)) continue;
    order.next(r.sequence);
    bytes += r.body.size();
    rows.push_back(std::move(r));
    if (bytes >= q.maxBytes) break;
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

std::vector<DeadLetterRow> Queries::answer(const ask::MarkedDeadLetters& q) {
  std::vector<DeadLetterRow> rows;
  std::size_t bytes = 0;
  RowOrder<std::uint64_t> order(markedDeadLetters_);
  markedDeadLetters_.start(q.instance, q.subscription);
  while (rows.size() < q.limit && bytes < q.maxBytes && markedDeadLetters_.next()) {
    DeadLetterRow letter;
    auto cells = markedDeadLetters_.cells();
    if (!takeLetter(cells, letter, damage_)) continue;
    order.next(letter.id);
    bytes += letter.bodyBytes;
    rows.push_back(std::move(letter));
  }
  markedDeadLetters_.reset();
  return rows;
}

Result<std::optional<IdempotencyRow>> Queries::answer(const ask::Idempotency& q) {
  idempotency_.start(q.instance, q.key, clock_.keptUs() - kIdempotencyLifeUs);
  if (!idempotency_.next()) return std::optional<IdempotencyRow>();
  auto put = opened<PutIdempotency>(idempotency_, damage_, sealer_);
  idempotency_.reset();
  if (!put) return put.error();
  return std::optional(std::move(put->row));
}

Result<std::vector<KvEntry>> Queries::answer(const ask::Entries& q) {
  const Snapshot snapshot(begin_, end_);
  std::vector<KvEntry> entries;
  entries.reserve(q.keys.size());
  for (const auto& key : q.keys) {
    kvGet_.start(q.instance, q.plugin, Blob{key}, clock_.keptUs());
    if (!kvGet_.next()) {
      entries.push_back({key, std::nullopt});
      continue;
    }
    auto put = opened<KvPut>(kvGet_, damage_, sealer_);
    kvGet_.reset();
    if (!put) return put.error();
    entries.push_back({key, std::move(put->value)});
  }
  return entries;
}

Result<std::vector<KvEntry>> Queries::answer(const ask::EntriesWith& q) {
  const auto end = endOfPrefix(q.prefix);
  std::vector<KvEntry> entries;
  RowOrder<std::string> order(kvScan_, std::string(q.after));
  kvScan_.start(q.instance, q.plugin, Blob{q.prefix}, Blob{q.after}, Blob{end}, clock_.keptUs());
  while (entries.size() < q.limit && kvScan_.next()) {
    KvPut put;
    auto cells = kvScan_.cells();
    const auto sums = takeRow(cells, put);
    if (put.secret && sealer_ == nullptr) {
      kvScan_.reset();
      return noMasterKey();
    }
    auto opened = openSound(damage_, sealer_, sums, std::move(put));
    if (!opened) continue;
    order.next(opened->key);
    entries.push_back({std::move(opened->key), std::move(opened->value)});
  }
  kvScan_.reset();
  return entries;
}

std::uint64_t Queries::answer(const ask::ReusableBytes&) {
  std::uint64_t bytes = 0;
  for (reusableBytes_.start(); reusableBytes_.next();) reusableBytes_.read(bytes);
  return bytes;
}

}  // namespace colibri::store::sqlite
