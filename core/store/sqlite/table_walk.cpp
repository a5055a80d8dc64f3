#include "store/sqlite/table_walk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>

#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {
namespace {

using Prepared = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// SQLITE_ERROR: a table or a column of ours that SQLite does not know.
bool isDamage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB || code == SQLITE_ERROR;
}

/// One walk over one table.
class Walk {
 public:
  using OnRow = std::function<void(sqlite3_stmt*)>;

  Walk(sqlite3* db, const Table& table, const std::function<void(const std::string&)>& onPage)
      : db_(db), table_(table), onPage_(onPage) {}

  /// True: it came to the end. Without an index: it may be damaged while the table is not.
  bool read(const std::string& where, const std::string& order, const OnRow& onRow) {
    return read("NOT INDEXED", where, order, onRow);
  }
  bool read(const std::string& by, const std::string& where, const std::string& order,
            const OnRow& onRow) {
    sqlite3_stmt* raw = nullptr;
    const auto sql = "SELECT " + std::string(table_.columns) + ", " +
                     (table_.hasId ? "rowid" : "instance") + " FROM " + std::string(table_.name) +
                     " " + by + where + " ORDER BY " + order;
    int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &raw, nullptr);
    const Prepared statement(raw, &sqlite3_finalize);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
      code = sqlite3_step(raw);
      if (code == SQLITE_ROW) onRow(raw);
    }
    if (code == SQLITE_DONE) return true;
    if (isDamage(code))
      onPage_(std::string(table_.name) + ": " + sqlite3_errmsg(db_));
    else
      Statement::fail(db_, code);
    return false;
  }

 private:
  sqlite3* db_;
  const Table& table_;
  const std::function<void(const std::string&)>& onPage_;
};

std::string backwards(const std::string& order) {
  std::string down;
  for (const char c : order) down += c == ',' ? std::string(" DESC,") : std::string(1, c);
  return down + " DESC";
}

std::int64_t placeOf(sqlite3_stmt* row) {
  return sqlite3_column_int64(row, sqlite3_column_count(row) - 1);
}

}  // namespace

void walk(sqlite3* db, const Table& table, const Checker& by,
          const std::function<void(const WalkedRow&)>& onRow,
          const std::function<void(const std::string&)>& onPage) {
  Walk walk(db, table, onPage);
  std::set<std::int64_t> places;  // ids, or instances
  std::int64_t first = 0, last = 0;
  bool any = false;
  std::string name, fault;
  const auto take = [&](sqlite3_stmt* row) {
    last = placeOf(row);
    if (!std::exchange(any, true)) first = last;
    if (!table.hasId) places.insert(last);
    name = table.check(row, by, fault);
    onRow({row, name, fault});
  };
  const std::string up(table.order), down = backwards(up);
  if (walk.read("", up, take)) return;
  const auto upTo = any ? last : 0;  // ids begin with 1
  any = false;
  walk.read("", down, take);
  const auto downTo = any ? last : INT64_MAX;
  if (!table.hasId) {
    // Each instance's rows by themselves: a page of one is not in the way of another's.
    for (const auto instance : std::set<std::int64_t>(places)) {
      const auto where = " WHERE instance = " + std::to_string(instance);
      if (!walk.read(where, up, take)) walk.read(where, down, take);
    }
    return;
  }
  // What lies between two damaged pages: in steps that grow until something is found.
  auto from = std::max<std::int64_t>(upTo, 0);
  for (std::int64_t step = 1; from < downTo && step < downTo - from;) {
    any = false;
    const auto start = from + step;
    const bool end = walk.read(
        " WHERE rowid > " + std::to_string(start) + " AND rowid < " + std::to_string(downTo), up,
        take);
    if (end || (any && last <= from)) break;
    step = any ? 1 : step < INT64_MAX / 2 ? 2 * step : INT64_MAX;
    if (any) from = last;
  }
}

void walkByIndex(sqlite3* db, const Table& table, const Checker& by,
                 const std::function<void(const WalkedRow&)>& onRow) {
  const std::function<void(const std::string&)> known = [](const std::string&) {};
  Walk walk(db, table, known);
  std::string name, fault;
  const auto take = [&](sqlite3_stmt* row) {
    name = table.check(row, by, fault);
    onRow({row, name, fault});
  };
  const auto index = "INDEXED BY " + std::string(table.index);
  const std::string up(table.indexOrder);
  if (!walk.read(index, "", up, take)) walk.read(index, "", backwards(up), take);
}

}  // namespace colibri::store::sqlite
