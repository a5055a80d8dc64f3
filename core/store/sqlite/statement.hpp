#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/sequence_list.hpp"
#include "store/sqlite/cells.hpp"
#include "store/tables.hpp"

namespace colibri::store::sqlite {

/// Bytes that are not text: bound and compared as a BLOB.
struct Blob {
  std::string_view bytes;
};

/// One statement, prepared once and run many times.
///
///     put.run(row.key, row.id, Blob{row.tokenHash});
///     for (list.start(instance); list.next();) list.read(row.alias, row.json);
///
/// The hot path's half of the engine: Poco::Data opens the sessions, SQLite's own statements run in
/// them (docs/adr/0002-sqlite-statements.md has the figures).
///
/// [Threading] confined to its connection's thread. [Errors] throws Poco::Data::SQLite's
/// exceptions. [Ownership] arguments are borrowed until the statement ends; the connection outlives
/// it.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Runs to the end. Returns how many rows it changed.
  template <class... Args>
  std::uint64_t run(const Args&... args) {
    start(args...);
    while (next()) {
    }
    return changes();
  }

  template <class... Args>
  void start(const Args&... args) {
    reset();
    int index = 0;
    (bind(++index, args), ...);
  }
  /// Runs with a row's columns and its checksums, as putSql() names them.
  template <class Put>
  std::uint64_t runRow(const Put& put);
  /// Runs with the key that `removal` names.
  template <class Table, class Remove>
  std::uint64_t runKey(const Table& table, const Remove& removal);
  /// The next row; false at the end, which also resets.
  bool next();
  /// The row's columns from the left.
  template <class... Fields>
  void read(Fields&... fields) const {
    int index = 0;
    (column(index++, fields), ...);
  }
  Cells cells() const { return Cells(statement_); }
  void reset() noexcept;
  /// Runs with the columns of another statement's row, as they are, as far as it has parameters.
  /// Returns how many rows it changed.
  std::uint64_t copyFrom(sqlite3_stmt* row);

  /// Throws what `code` means.
  [[noreturn]] static void fail(sqlite3* db, int code);
  /// Throws that a page is damaged, for rows that are not in their order.
  [[noreturn]] void failForOrder();
  [[noreturn]] static void failForOrder(sqlite3* db);

 private:
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, std::integral auto number) {
    bindInteger(index, static_cast<std::int64_t>(number));
  }
  void bindInteger(int index, std::int64_t number);
  void column(int index, std::string& bytes) const;
  void column(int index, std::integral auto& number) const {
    number = static_cast<std::remove_reference_t<decltype(number)>>(integer(index));
  }
  std::int64_t integer(int index) const;
  std::uint64_t changes() const;
  [[noreturn]] void fail(int code) const;
  [[noreturn]] static void fail(sqlite3* db, int code, const std::string& reason);

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

template <class Put>
std::uint64_t Statement::runRow(const Put& put) {
  constexpr const auto& table = tables::kOf<Put>;
  std::string list;
  int index = 0;
  reset();
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::kind == Kind::numbers) {
      list = packSequences(C::of(put));
      bind(++index, Blob{list});
    } else if constexpr (isNumber(C::kind) || isText(C::kind)) {
      if constexpr (C::kind != Kind::given) bind(++index, C::of(put));
    } else {
      bind(++index, Blob{C::of(put)});
    }
  });
  const auto sums = sumsOf(put);
  if (table.summed) bind(++index, sums.row);
  if (table.hasFate) bind(++index, sums.fate);
  while (next()) {
  }
  return changes();
}

template <class Table, class Remove>
std::uint64_t Statement::runKey(const Table& table, const Remove& removal) {
  int index = 0;
  reset();
  const auto bindPart = [&]<class C>(const C&, const auto& value) {
    if constexpr (isNumber(C::kind) || isText(C::kind))
      bind(++index, value);
    else
      bind(++index, Blob{value});
  };
  table.eachOfKey(removal, bindPart);
  while (next()) {
  }
  return changes();
}

}  // namespace colibri::store::sqlite
