#pragma once

#include <string>
#include <vector>

#include "store/postgres/statement.hpp"
#include "store/row_sum.hpp"
#include "store/sequence_list.hpp"
#include "store/tables.hpp"

/// What statements of sql/derived.hpp are given. [Threading] any thread.
namespace colibri::store::postgres {

/// Calls `visit(column, value)` for each written column of a row, and for its checksums.
template <class Put, class Visit>
void eachWritten(const Put& put, Visit visit) {
  constexpr const auto& table = tables::kOf<Put>;
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    static_assert(isNumber(C::kind) || std::is_lvalue_reference_v<decltype(C::of(put))>,
                  "the row has to own what a statement borrows");
    if constexpr (C::kind == Kind::numbers)
      visit(column, packSequences(C::of(put)));
    else if constexpr (C::kind != Kind::given)
      visit(column, C::of(put));
  });
  const auto sums = sumsOf(put);
  if (table.summed) visit(column<Kind::sum, kPlain>("sum"), sums.row);
  if (table.hasFate) visit(column<Kind::sum, kPlain>("fate_sum"), sums.fate);
}

constexpr Array::Of arrayOf(Kind kind) {
  return kind == Kind::flag                         ? Array::Of::boolean
         : isNumber(kind)                           ? Array::Of::bigint
         : kind == Kind::text || kind == Kind::name ? Array::Of::text
                                                    : Array::Of::bytea;
}

/// Sends a row value by value: one on its own takes the server less than arrays of one.
template <class Put>
void sendRow(Statement& statement, const Put& put) {
  Arguments arguments;
  eachWritten(put, [&]<class C>(const C&, const auto& value) {
    static_assert(C::kind != Kind::numbers, "a packed list would be gone before it is sent");
    arguments.add(value);
  });
  statement.send(arguments);
}
template <class Table, class Remove>
void sendKey(Statement& statement, const Table& table, const Remove& removal) {
  Arguments arguments;
  table.eachOfKey(removal, [&](const auto&, const auto& value) { arguments.add(value); });
  statement.send(arguments);
}

/// Rows or keys of one statement, column by column.
class ManyRows {
 public:
  template <class Put>
  void add(const Put& put) {
    std::size_t at = 0;
    eachWritten(put, adding(at));
  }
  template <class Table, class Remove>
  void addKey(const Table& table, const Remove& removal) {
    std::size_t at = 0;
    table.eachOfKey(removal, adding(at));
  }
  void sendIfAny(Statement& statement) const {
    if (!columns_.empty()) statement.sendAll(columns_);
  }

 private:
  auto adding(std::size_t& at) {
    return [this, &at]<class C>(const C&, const auto& value) {
      if (columns_.size() == at) columns_.emplace_back(arrayOf(C::kind));
      columns_[at++].add(value);
    };
  }
  std::vector<Array> columns_;
};

}  // namespace colibri::store::postgres
