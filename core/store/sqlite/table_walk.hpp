#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "crypto/sealer.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace colibri::store::sqlite {

/// What rows are checked with.
struct Checker {
  const crypto::Sealer* sealer = nullptr;  ///< null: what is sealed is not opened
  bool unsummed = true;  ///< rows without a checksum are of an older version, not damaged
  std::map<InstanceKey, std::string> ids = {};  ///< of the instances; others' events stay closed

  bool knows(InstanceKey key) const { return ids.contains(key); }
  std::string idOf(InstanceKey key) const { return knows(key) ? ids.at(key) : std::string(); }
};

/// One table of ours, and how to tell that a row of it is what was written.
struct Table {
  std::string_view name;
  std::string_view columns;  ///< all of them, in the order that `check` and a copy read them
  std::string_view order;    ///< its key
  bool hasId = true;         ///< ordered by an id of SQLite's own
  /// The row's name. `fault` says what is wrong with it; empty: nothing.
  std::string (*check)(sqlite3_stmt* row, const Checker& by, std::string& fault);
  /// Where the id, the first column, is not part of what is checked: what else tells rows apart.
  std::string_view same = {};
  /// The index that the store reads it by, and whose copy of some columns it serves.
  std::string_view index = {}, indexOrder = {};
};
/// All of them: a test compares them with the schema.
std::span<const Table> tables() noexcept;

/// The single names of a list like Table::columns.
std::vector<std::string_view> namesOf(std::string_view columns);

/// A row that can be read; `fault` as Table::check says.
struct WalkedRow {
  sqlite3_stmt* row;
  const std::string& name;
  const std::string& fault;
};

/// Reads every row that can be reached, whatever pages are damaged on the way: from both ends, and
/// past what is damaged. A row may come twice if pages are damaged. `onPage` hears of each place
/// where reading broke off. [Blocking] [Errors] throws the engine's exceptions, but not for damage.
void walk(sqlite3* db, const Table& table, const Checker& by,
          const std::function<void(const WalkedRow&)>& onRow,
          const std::function<void(const std::string&)>& onPage);

/// The same by Table::index, as far as it leads, for rows whose own copy of its columns is damaged.
void walkByIndex(sqlite3* db, const Table& table, const Checker& by,
                 const std::function<void(const WalkedRow&)>& onRow);

}  // namespace colibri::store::sqlite
