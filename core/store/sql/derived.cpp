#include "store/sql/derived.hpp"

#include <algorithm>

namespace colibri::store {
namespace {

constexpr int kSumsSince = 5;

using Columns = std::vector<ColumnFacts>;

TableFacts factsOf(const auto& table) {
  using Description = std::remove_cvref_t<decltype(table)>;
  TableFacts all{table.name, table.layout, table.since, table.indexes, table.expiry, {}};
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    all.columns.push_back({column.name, C::kind, C::marks, column.since});
  });
  const int since = std::max(kSumsSince, table.since);
  if (table.summed) all.columns.push_back({"sum", Kind::sum, kPlain, since});
  if (Description::hasFate) all.columns.push_back({"fate_sum", Kind::sum, kPlain, since});
  return all;
}

/// What `text` says of each column, in a list.
std::string list(const Columns& columns, auto text, const char* between = ", ") {
  std::string all;
  int number = 0;
  for (const auto& column : columns) {
    if (!all.empty()) all += between;
    const auto place = std::to_string(++number);
    all += text(column, place);
  }
  return all;
}
std::string names(const Columns& columns) {
  return list(columns, [](const auto& c, auto&) { return std::string(c.name); });
}

Columns those(const TableFacts& table, auto which) {
  Columns found;
  std::ranges::copy_if(table.columns, std::back_inserter(found), which);
  return found;
}
Columns key(const TableFacts& table) {
  return those(table, [](const auto& c) { return c.is(kKey); });
}
Columns written(const TableFacts& table) {
  return those(table, [](const auto& c) { return c.kind != Kind::given; });
}
/// The key is one whole number.
bool isId(const Columns& key) {
  return key.size() == 1 && isNumber(key.front().kind);
}

/// What a parameter's number stands behind.
std::string markOf(Dialect dialect) {
  return dialect == Dialect::sqlite ? "?" : "$";
}

std::string typeOf(Dialect dialect, Kind kind) {
  const bool sqlite = dialect == Dialect::sqlite;
  if (kind == Kind::flag && !sqlite) return "boolean";
  if (isNumber(kind)) return sqlite ? "INTEGER" : "bigint";
  if (isText(kind) && sqlite) return "TEXT";
  if (kind == Kind::text) return "text";
  if (kind == Kind::name) return "text COLLATE \"C\"";
  return sqlite ? "BLOB" : "bytea";
}

std::string arrayOf(const ColumnFacts& column, const std::string& number) {
  auto type = typeOf(Dialect::postgres, column.kind);
  return "$" + number + "::" + type.substr(0, type.find(' ')) + "[]";
}

std::string declare(Dialect dialect, const TableFacts& table, const ColumnFacts& column) {
  auto text = std::string(column.name) + " " + typeOf(dialect, column.kind);
  const bool sqlite = dialect == Dialect::sqlite;
  if (column.is(kKey) && isId(key(table))) {
    if (column.kind == Kind::given && !sqlite) text += " GENERATED ALWAYS AS IDENTITY";
    text += " PRIMARY KEY";
    if (column.kind == Kind::given && sqlite) text += " AUTOINCREMENT";
    return text;
  }
  if (column.kind != Kind::sum) text += " NOT NULL";
  if (column.is(kUnique)) {
    if (!sqlite)
      text.append(" CONSTRAINT ").append(table.name) += "_" + std::string(column.name) + "_key";
    text += " UNIQUE";
  }
  return text;
}

std::string create(Dialect dialect, const TableFacts& table) {
  const auto keys = key(table);
  const bool sqlite = dialect == Dialect::sqlite, arrives = table.layout == Layout::arrival;
  auto sql = "CREATE TABLE " + std::string(table.name) + "(";
  if (sqlite && arrives) sql += "id INTEGER PRIMARY KEY, ";
  const auto first = those(table, [&](const auto& c) { return c.since <= table.since; });
  sql += list(first, [&](const auto& c, auto&) { return declare(dialect, table, c); });
  if (!isId(keys) && !(sqlite && arrives)) sql += ", PRIMARY KEY(" + names(keys) + ")";
  return sql + (sqlite && table.layout == Layout::byKey ? ") WITHOUT ROWID" : ")");
}

std::string addColumn(Dialect dialect, const TableFacts& table, const ColumnFacts& column) {
  auto sql = "ALTER TABLE " + std::string(table.name) + " ADD COLUMN ";
  sql += declare(dialect, table, column);
  if (column.kind == Kind::sum) return sql;
  return sql + (column.kind == Kind::flag && dialect == Dialect::postgres ? " DEFAULT false"
                : isNumber(column.kind)                                   ? " DEFAULT 0"
                                                                          : " DEFAULT ''");
}

/// What a table has come to in this version.
void step(Dialect dialect, const TableFacts& table, int version, std::deque<std::string>& to) {
  const auto name = std::string(table.name);
  if (table.since == version) to.push_back(create(dialect, table));
  for (const auto& column : table.columns) {
    if (column.since != version) continue;
    if (table.since != version) to.push_back(addColumn(dialect, table, column));
    if (column.is(kLarge) && dialect == Dialect::postgres)
      to.push_back("ALTER TABLE " + name + " ALTER " + std::string(column.name) +
                   " SET STORAGE EXTERNAL");
  }
  if (table.since == version && table.layout == Layout::arrival && dialect == Dialect::sqlite) {
    to.push_back("CREATE UNIQUE INDEX " + indexOfKey(table) + " ON " + name + "(" +
                 names(key(table)) + ")");
  }
  for (const auto& index : table.indexes) {
    if (index.since != version) continue;
    auto& sql = to.emplace_back("CREATE INDEX ");
    sql.append(index.name).append(" ON ").append(name).append("(").append(index.columns) += ")";
    if (!index.where.empty()) sql.append(" WHERE ").append(index.where);
  }
}

std::string onConflict(const TableFacts& table) {
  const auto keys = key(table);
  if (table.layout == Layout::arrival || keys.front().kind == Kind::given) return {};
  const auto rest = those(table, [](const auto& c) { return !c.is(kKey); });
  return " ON CONFLICT (" + names(keys) + ") DO UPDATE SET " + list(rest, [](const auto& c, auto&) {
           return std::string(c.name) + " = excluded." + std::string(c.name);
         });
}

std::string insertInto(const TableFacts& table, const Columns& columns) {
  return "INSERT INTO " + std::string(table.name) + "(" + names(columns) + ") ";
}

}  // namespace

const std::vector<TableFacts>& facts() {
  static const auto all = [] {
    std::vector<TableFacts> of;
    tables::each([&](const auto& table) { of.push_back(factsOf(table)); });
    return of;
  }();
  return all;
}

Migrations::Migrations(Dialect dialect, std::span<const Extra> extras) {
  int last = 0;
  for (const auto& table : facts()) {
    for (const auto& column : table.columns) last = std::max(last, column.since);
    for (const auto& index : table.indexes) last = std::max(last, index.since);
  }
  for (const auto& extra : extras) last = std::max(last, extra.version);
  for (int version = 1; version <= last; ++version) {
    const auto from = texts_.size();
    for (const auto& table : facts()) step(dialect, table, version, texts_);
    for (const auto& extra : extras)
      if (extra.version == version) texts_.emplace_back(extra.statement);
    auto& statements = steps_.emplace_back();
    for (auto at = from; at < texts_.size(); ++at) statements.emplace_back(texts_[at]);
    all_.push_back({statements});
  }
}

std::string columnsOf(const TableFacts& table) {
  return names(table.columns);
}

std::string keyOf(const TableFacts& table) {
  return names(key(table));
}

std::string indexOfKey(const TableFacts& table) {
  return std::string(table.name) + "_by_" + std::string(key(table).back().name);
}

std::string instanceOf(const TableFacts& table) {
  return names(those(table, [](const auto& c) { return c.is(kInstance); }));
}

std::string putSql(Dialect dialect, const TableFacts& table) {
  const auto columns = written(table);
  const auto value = [&](const auto&, auto& number) { return markOf(dialect) + number; };
  return insertInto(table, columns) + "VALUES(" + list(columns, value) + ")" + onConflict(table);
}

std::string removeSql(Dialect dialect, const TableFacts& table) {
  const auto same = [&](const auto& c, auto& number) {
    return std::string(c.name) + " = " + markOf(dialect) + number;
  };
  return "DELETE FROM " + std::string(table.name) + " WHERE " + list(key(table), same, " AND ");
}

std::string putManySql(const TableFacts& table) {
  const auto columns = written(table);
  return insertInto(table, columns) + "SELECT * FROM unnest(" + list(columns, &arrayOf) + ")" +
         onConflict(table);
}

std::string removeManySql(const TableFacts& table) {
  const auto keys = key(table);
  return "DELETE FROM " + std::string(table.name) + " AS t USING unnest(" + list(keys, &arrayOf) +
         ") AS gone(" + names(keys) + ") WHERE " +
         list(
             keys,
             [](const auto& c, auto&) {
               return "t." + std::string(c.name) + " = gone." + std::string(c.name);
             },
             " AND ");
}

std::string removeSome(Dialect dialect, const TableFacts& table, const std::string& where) {
  const std::string name(table.name);
  const auto some = [&](const std::string& what) {
    return "(SELECT " + what + " FROM " + name + " WHERE " + where + ")";
  };
  // PostgreSQL's DELETE knows no LIMIT; rows have a place (ctid) that stays within the statement.
  if (dialect == Dialect::postgres)
    return "DELETE FROM " + name + " WHERE ctid = ANY(ARRAY" + some("ctid") + ")";
  if (table.layout != Layout::byKey)
    return "DELETE FROM " + name + " WHERE rowid IN " + some("rowid");
  return "DELETE FROM " + name + " WHERE (" + keyOf(table) + ") IN " + some(keyOf(table));
}

std::string purgeSql(Dialect dialect, const TableFacts& table) {
  const bool sqlite = dialect == Dialect::sqlite;
  const auto mine = instanceOf(table) + (sqlite ? " = ?1" : " = $1");
  const auto some = mine + " ORDER BY " + keyOf(table) + " LIMIT " + (sqlite ? "?2" : "$2");
  if (!sqlite || table.layout != Layout::byKey) return removeSome(dialect, table, some);
  // SQLite looks the rest of the key up only if the instance is not in the list.
  auto rest = key(table);
  std::erase_if(rest, [](const auto& c) { return c.is(kInstance); });
  const auto name = std::string(table.name), columns = names(rest);
  return "DELETE FROM " + name + " WHERE " + mine + " AND (" + columns + ") IN (SELECT " + columns +
         " FROM " + name + " WHERE " + some + ")";
}

std::string expireSql(Dialect dialect, const TableFacts& table) {
  const std::string column(table.expiry.column);
  const bool sqlite = dialect == Dialect::sqlite;
  return removeSome(dialect, table,
                    (table.expiry.zeroIsNever ? column + " <> 0 AND " : "") + column +
                        (sqlite ? " < ?1 LIMIT ?2" : " < $1 LIMIT $2"));
}

}  // namespace colibri::store
