#include "store/sqlite/row_copy.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace colibri::store::sqlite {
namespace {

constexpr std::uint64_t kRowsPerCommit = 10'000;

/// A column's value as an expression. A checksum says that a value of the wrong kind holds the
/// right bytes, and nothing where nothing may be stands for 0 or no bytes: it is written as it was
/// before a bit of its kind flipped.
std::string valueOf(const std::string& place, const std::string& sum, const std::string& type,
                    bool needed) {
  const auto none = type == "INTEGER" ? "0" : "''";
  const auto value = !needed || sum.empty() ? place
                                            : "COALESCE(" + place + ", CASE WHEN " + sum +
                                                  " IS NOT NULL THEN " + none + " END)";
  return type == "INTEGER" ? value : "CAST(" + value + " AS " + type + ")";
}

struct Sql {
  std::string asItIs, underNewId;
};

Sql insertInto(sqlite3* db, const Table& table) {
  const auto names = namesOf(table.columns);
  const auto placeOf = [&names](std::string_view name) {
    const auto at = std::ranges::find(names, name) - names.begin();
    return static_cast<std::size_t>(at) == names.size() ? std::string()
                                                        : "?" + std::to_string(at + 1);
  };
  std::vector<std::string> values(names.size());
  Statement list(db, "SELECT name, type, \"notnull\" FROM pragma_table_info(?)");
  for (list.start(table.name); list.next();) {
    std::string name, type;
    bool needed = false;
    list.read(name, type, needed);
    const auto at = std::ranges::find(names, name) - names.begin();
    values.at(static_cast<std::size_t>(at)) = valueOf(placeOf(name), placeOf("sum"), type, needed);
  }
  std::string all, others, same;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all += (i == 0 ? "" : ", ") + values[i];
    if (i != 0) others += (i == 1 ? "" : ", ") + values[i];
  }
  for (const auto name : namesOf(table.same))
    same += " AND " + std::string(name) + " = " + placeOf(name);
  const auto into = "INSERT OR IGNORE INTO " + std::string(table.name) + "(";
  const auto columns = std::string(table.columns);
  return {into + columns + ") VALUES(" + all + ")",
          into + columns.substr(columns.find(' ')) + ") SELECT " + others +
              " WHERE NOT EXISTS(SELECT 1 FROM " + std::string(table.name) + " WHERE true" + same +
              ")"};
}

}  // namespace

RowCopy::RowCopy(Connection& to)
    : to_(to), begin_(to.handle(), "BEGIN"), commit_(to.handle(), "COMMIT") {
  begin_.run();
}

RowCopy::Inserts::Inserts(sqlite3* db, const Table& table)
    : asItIs(db, insertInto(db, table).asItIs),
      underNewId(table.same.empty()
                     ? nullptr
                     : std::make_unique<Statement>(db, insertInto(db, table).underNewId)) {}

bool RowCopy::add(const Table& table, sqlite3_stmt* row) {
  auto& inserts = inserts_[table.name];
  if (!inserts) inserts = std::make_unique<Inserts>(to_.handle(), table);
  const bool isNew = inserts->asItIs.copyFrom(row) != 0 ||
                     (inserts->underNewId && inserts->underNewId->copyFrom(row) != 0);
  if (++rows_ % kRowsPerCommit == 0) {
    commit_.run();
    begin_.run();
  }
  return isNew;
}

void RowCopy::finish() {
  inserts_.clear();
  commit_.run();
}

}  // namespace colibri::store::sqlite
