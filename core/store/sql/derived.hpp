#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/migration.hpp"
#include "store/tables.hpp"

/// The SQL that follows from the descriptions of the tables, as each engine says it. Parameters are
/// numbered in the order of what is named. [Threading] any thread, pure.
namespace colibri::store {

enum class Dialect : bool { sqlite, postgres };

struct ColumnFacts {
  std::string_view name;
  Kind kind;
  Marks marks;
  int since;

  bool is(Marks of) const { return (marks & of) != 0; }
};

/// A description without its types. Its checksums are the last of its columns.
struct TableFacts {
  std::string_view name;
  Layout layout;
  int since;
  std::span<const Index> indexes;
  Expiry expiry;
  std::vector<ColumnFacts> columns;
};

/// All, in the order of tables::kAll.
const std::vector<TableFacts>& facts();
/// Those of the table that rows of this kind lie in.
template <class Put>
const TableFacts& factsOf() {
  return facts()[tables::putsInto<Put>()];
}

/// A statement of an engine's own for a version of the schema.
struct Extra {
  int version;
  std::string_view statement;
};
/// What makes the schema: the tables and their columns by the version that brought them, then the
/// extras of that version.
class Migrations {
 public:
  Migrations(Dialect dialect, std::span<const Extra> extras);
  std::span<const Migration> all() const noexcept { return all_; }

 private:
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> steps_;
  std::vector<Migration> all_;
};

/// All columns, in the order of the description: what takeRow() reads.
std::string columnsOf(const TableFacts& table);
/// What lies in a table; `rest` follows.
template <class Put>
std::string select(const std::string& rest) {
  const auto& table = factsOf<Put>();
  return "SELECT " + columnsOf(table) + " FROM " + std::string(table.name) + " " + rest;
}
/// The key's.
std::string keyOf(const TableFacts& table);
/// The index of the key, of a table by arrival.
std::string indexOfKey(const TableFacts& table);
/// The one that says whose a row is.
std::string instanceOf(const TableFacts& table);
/// Inserts one row, or updates it by its key.
std::string putSql(Dialect dialect, const TableFacts& table);
/// Removes one by its key.
std::string removeSql(Dialect dialect, const TableFacts& table);
/// PostgreSQL's, for many rows: each parameter is an array.
std::string putManySql(const TableFacts& table);
std::string removeManySql(const TableFacts& table);
/// Removes some rows of an instance (1) in the order of the key, at most (2).
std::string purgeSql(Dialect dialect, const TableFacts& table);
/// Removes some rows that ended before (1), at most (2).
std::string expireSql(Dialect dialect, const TableFacts& table);
/// Removes those that `where` chooses, which has the limit in it.
std::string removeSome(Dialect dialect, const TableFacts& table, const std::string& where);
}  // namespace colibri::store
