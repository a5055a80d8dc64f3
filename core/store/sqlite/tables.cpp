#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "store/sql/derived.hpp"
#include "store/sqlite/cells.hpp"
#include "store/sqlite/table_walk.hpp"
#include "store/table_rows.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::size_t kTables = tables::kNone;

template <class Put>
InstanceKey instanceOf(const Put& put) {
  InstanceKey instance = 0;
  tables::kOf<Put>.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::is(kInstance)) instance = C::of(put);
  });
  return instance;
}

template <class Put>
std::string check(sqlite3_stmt* row, const Checker& by, std::string& fault) {
  constexpr const auto& table = tables::kOf<Put>;
  Put put;
  Cells cells(row);
  if (table.layout == Layout::arrival) cells.number();  // its id
  const auto stored = takeRow(cells, put);
  const auto right = sumsOf(put);
  const auto differ = [&](RowSum is, RowSum should) {
    return is != should && !(is == kNoSum && by.unsummed);
  };
  fault.clear();
  if (table.summed && (differ(stored.row, right.row) || differ(stored.fate, right.fate)))
    fault = "its checksum is wrong";
  if (by.sealer == nullptr || !fault.empty()) return nameOf(put);
  eachSealed(put, by.idOf(instanceOf(put)),
             [&](const std::string& value, const std::string& place) {
               if (!value.empty() && !by.sealer->open(value, place))
                 fault = "what it holds does not open";
             });
  return nameOf(put);
}

/// A row that has no checksum: what a flipped bit in one does stands in SECURITY.md.
std::string unchecked(sqlite3_stmt* row, const Checker&, std::string& fault) {
  fault.clear();
  return Cells(row).bytes();
}

struct Words {
  std::string columns, order, same, index, indexOrder;
};

template <class Of>
Words wordsOf(const Of& table) {
  const auto& facts = factsOf<typename Of::Put>();
  const auto key = keyOf(facts), columns = columnsOf(facts);
  const bool oneNumber = key.find(',') == key.npos;  // SQLite's own id
  switch (table.layout) {
    case Layout::byKey:
      return {columns, key, {}, {}, {}};
    case Layout::arrival:
      return {"id, " + columns, "id", key, indexOfKey(facts), key};
    case Layout::byId:
      break;
  }
  Words words{columns, oneNumber ? key : "rowid", std::string(table.same), {}, {}};
  if (table.same.empty()) return words;
  words.index = facts.indexes.front().name;
  words.indexOrder = facts.indexes.front().columns;
  return words;
}

/// Instances first: what is sealed opens with their ids.
std::array<Table, kTables + 1> all() {
  static std::array<Words, kTables> words;
  std::array<Table, kTables + 1> tables;
  tables[0] = {"identity", "one, id, key_check, unsummed", "one", true, &unchecked};
  auto at = kTables;
  tables::each([&](const auto& table) {
    using Put = typename std::remove_cvref_t<decltype(table)>::Put;
    const auto& of = words[at - 1] = wordsOf(table);
    tables[at--] = {table.name,  of.columns, of.order, table.layout != Layout::byKey,
                    &check<Put>, of.same,    of.index, of.indexOrder};
  });
  return tables;
}

}  // namespace

std::span<const Table> tables() noexcept {
  static const auto kAll = all();
  return kAll;
}

std::vector<std::string_view> namesOf(std::string_view columns) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < columns.size();) {
    const auto end = std::min(columns.find(", ", at), columns.size());
    names.push_back(columns.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

}  // namespace colibri::store::sqlite
