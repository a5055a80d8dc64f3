#include "store/reader/lists.hpp"

#include <algorithm>

#include "store/lifetimes.hpp"
#include "store/row_order.hpp"
#include "store/sound_rows.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store {
namespace {

// As much of a body as its row's checksum takes.
constexpr char kEndOfBody[] = "CASE WHEN sealed THEN substr(body, length(body) - 15) ELSE body END";

/// What lies in a table; `rest` follows.
template <class Put>
Query from(std::string_view rest = {}, std::string_view body = "body") {
  const auto& table = factsOf<Put>();
  Query query;
  for (const auto& column : table.columns) {
    query.sql += query.columns.empty() ? "SELECT " : ", ";
    const std::string name(column.name == "body" ? body : column.name);
    query.sql += column.kind == Kind::sum ? "COALESCE(" + name + ", -1)" : name;
    query.columns.push_back(column.kind);
  }
  if (std::is_same_v<Put, AddDeadLetter>) {
    query.sql += ", length(body)";
    query.columns.push_back(Kind::integer);
  }
  query.sql.append(" FROM ").append(table.name).append(rest);
  return query;
}

}  // namespace

std::uint64_t Lists::number(Query query) {
  std::int64_t number = 0;
  query.columns = {Kind::integer};
  reader_->read(query, [&](RowCells& cells) { number = cells.number(); });
  return static_cast<std::uint64_t>(number);
}

template <class Put, class Row, class KeyOf>
std::vector<Row> Lists::rows(Query query, KeyOf keyOf) {
  std::vector<Row> rows;
  RowOrder<std::invoke_result_t<KeyOf, const Row&>> order(*reader_);
  reader_->read(query, [&](RowCells& cells) {
    Put put;
    const auto sums = takeRow(cells, put);
    if (!accepts(damage_, put, sums)) return;
    order.next(keyOf(put.row));
    rows.push_back(std::move(put.row));
  });
  return rows;
}

std::vector<InstanceRow> Lists::answer(const ask::Instances&) {
  return rows<PutInstance, InstanceRow>(from<PutInstance>(" ORDER BY key"),
                                        [](const auto& row) { return row.key; });
}

InstanceKey Lists::answer(const ask::LastInstance&) {
  std::string all;
  for (const auto& table : facts()) {
    all += all.empty() ? "" : " UNION ALL ";
    all += "SELECT MAX(" + instanceOf(table) + ") AS instance FROM " + std::string(table.name);
  }
  return number({"SELECT COALESCE(MAX(instance), 0) FROM (" + all + ") AS highest"});
}

std::vector<SettingsRow> Lists::answer(const ask::Settings& q) {
  auto query = from<PutSettings>(" WHERE instance = ");
  query.sql += query.bind(q.instance) + " ORDER BY alias";
  return rows<PutSettings, SettingsRow>(std::move(query),
                                        [](const auto& row) { return row.alias; });
}

std::vector<CursorRow> Lists::answer(const ask::Cursors&) {
  return rows<PutCursor, CursorRow>(
      from<PutCursor>(" ORDER BY instance, subscription"),
      [](const auto& row) { return std::pair(row.instance, row.subscription); });
}

std::vector<DeadLetterRow> Lists::answer(const ask::DeadLetters& q) {
  auto after = q.after;
  std::vector<DeadLetterRow> rows;
  RowOrder<std::uint64_t> order(*reader_, q.after);
  for (std::uint32_t seen = q.limit;
       rows.size() < q.limit && seen == q.limit;) {  // but damaged ones
    auto query = from<AddDeadLetter>(" WHERE instance = ", kEndOfBody);
    auto& sql = query.sql;
    sql += query.bind(q.filter.instance) + " AND id > " + query.bind(after);
    if (!q.filter.subscription.empty())
      sql += " AND subscription = " + query.bind(q.filter.subscription);
    if (!q.filter.typeName.empty()) sql += " AND type_name = " + query.bind(q.filter.typeName);
    if (!q.filter.chatId.empty()) sql += " AND chat_id = " + query.bind(q.filter.chatId);
    sql += " AND dead_at_us >= " + query.bind(static_cast<std::uint64_t>(q.filter.diedFromUs)) +
           " AND dead_at_us < " + query.bind(static_cast<std::uint64_t>(q.filter.diedBeforeUs));
    if (!q.filter.marked) sql += " AND replay_at_us = 0";
    sql += " ORDER BY id LIMIT " + query.bind(q.limit);
    seen = 0;
    const auto before = after;
    reader_->read(query, [&](RowCells& cells) {
      ++seen;
      DeadLetterRow letter;
      const bool sound = takeLetter(cells, letter, damage_);
      after = std::max(after, letter.id);
      if (!sound || rows.size() == q.limit) return;
      order.next(letter.id);
      if (letter.event) letter.event->body.clear();
      rows.push_back(std::move(letter));
    });
    if (after == before) break;  // damaged ones can be of another place than the one asked for
  }
  return rows;
}

std::optional<DeadLetterRow> Lists::answer(const ask::DeadLetter& q) {
  auto query = from<AddDeadLetter>(" WHERE instance = ");
  query.sql += query.bind(q.instance) + " AND id = " + query.bind(q.id);
  std::optional<DeadLetterRow> found;
  reader_->read(query, [&](RowCells& cells) {
    DeadLetterRow letter;
    if (takeLetter(cells, letter, damage_)) found = std::move(letter);
  });
  return found;
}

std::uint64_t Lists::answer(const ask::DeadLetterBytes& q) {
  Query query{"SELECT COALESCE(SUM(length(body)), 0) FROM dead_letters WHERE instance = "};
  query.sql += query.bind(q.instance);
  return number(std::move(query));
}

std::vector<DeadLetterCount> Lists::answer(const ask::DeadLetterCounts& q) {
  Query query{
      "SELECT subscription, instance, COUNT(*), COUNT(*) FILTER (WHERE replay_at_us <> 0)"
      " FROM dead_letters"};
  if (q.instance != 0) query.sql += " WHERE instance = " + query.bind(q.instance);
  query.sql += " GROUP BY instance, subscription ORDER BY instance, subscription";
  query.columns = {Kind::name, Kind::integer, Kind::integer, Kind::integer};
  std::vector<DeadLetterCount> counts;
  reader_->read(query, [&](RowCells& cells) {
    auto& count = counts.emplace_back();
    cells.bytes(count.subscription);
    for (auto* number : {&count.instance, &count.letters, &count.marked})
      *number = static_cast<std::uint64_t>(cells.number());
  });
  return counts;
}

Result<std::vector<AttemptRow>> Lists::answer(const ask::Attempts& q) {
  auto query = from<PutAttempt>(" WHERE instance = ");
  query.sql += query.bind(q.instance) + " AND subscription = " + query.bind(q.subscription);
  query.sql += " ORDER BY number DESC LIMIT " + query.bind(q.limit);
  std::vector<AttemptRow> rows;
  RowOrder<std::uint64_t, std::greater<>> order(*reader_);
  reader_->read(query, [&](RowCells& cells) {
    PutAttempt put;
    const auto sums = takeRow(cells, put);
    auto opened = openSound(damage_, sealer_, sums, std::move(put));
    if (!opened) return;
    order.next(opened->row.number);
    rows.push_back(std::move(opened->row));
  });
  return rows;
}

IdempotencyUse Lists::answer(const ask::UseOfIdempotency& q) {
  Query query{"SELECT COUNT(*), COALESCE(SUM(length(answer)), 0) FROM idempotency"};
  query.sql += " WHERE instance = " + query.bind(q.instance) + " AND created_at_us >= ";
  query.sql += query.bind(static_cast<std::uint64_t>(clock_.keptUs() - kIdempotencyLifeUs));
  query.columns = {Kind::integer, Kind::integer};
  IdempotencyUse use;
  reader_->read(query, [&](RowCells& cells) {
    use.records = static_cast<std::uint64_t>(cells.number());
    use.bytes = static_cast<std::uint64_t>(cells.number());
  });
  return use;
}

Result<std::vector<KvPut>> Lists::answer(const ask::AllEntries& q) {
  auto query = from<KvPut>(" WHERE instance = ");
  query.sql +=
      query.bind(q.instance) + " AND (plugin, key) > (" + query.bind(q.after.plugin) + ", ";
  query.sql += query.bindBytes(q.after.key) + ") AND (expires_at_us = 0 OR expires_at_us >= ";
  query.sql +=
      query.bind(static_cast<std::uint64_t>(clock_.keptUs())) + ") ORDER BY plugin, key LIMIT ";
  query.sql += query.bind(q.limit);
  Result<std::vector<KvPut>> entries = std::vector<KvPut>();
  RowOrder<std::pair<std::string, std::string>> order(*reader_, {q.after.plugin, q.after.key});
  reader_->read(query, [&](RowCells& cells) {
    if (!entries) return;
    KvPut put;
    const auto sums = takeRow(cells, put);
    auto opened = openSound(damage_, sealer_, sums, std::move(put));
    if (!opened) {
      entries = opened.error();
      return;
    }
    order.next({opened->plugin, opened->key});
    entries->push_back(std::move(*opened));
  });
  return entries;
}

std::uint64_t Lists::answer(const ask::RowCount& q) {
  Query query{"SELECT "};
  const auto whose = query.bind(q.instance);
  for (const auto& table : facts()) {
    query.sql += &table == &facts().front() ? "" : " + ";
    query.sql += "(SELECT COUNT(*) FROM " + std::string(table.name) + " WHERE " +
                 instanceOf(table) + " = " + whose + ")";
  }
  return number(std::move(query));
}

}  // namespace colibri::store
