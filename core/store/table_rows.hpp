#pragma once

#include <string>
#include <utility>

#include "crypto/sealer.hpp"
#include "store/damage.hpp"
#include "store/row_sum.hpp"
#include "store/sequence_list.hpp"
#include "store/tables.hpp"

/// Rows of any table, on their way from and to a database. [Threading] any thread.
namespace colibri::store {

/// Reads a row: `cells` gives its columns from the left, with number(), bytes() and sum().
template <class Put, class Cells>
Sums takeRow(Cells& cells, Put& put) {
  constexpr const auto& table = tables::kOf<Put>;
  using Of = std::remove_cvref_t<decltype(table)>;
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    decltype(auto) to = C::of(put);
    if constexpr (C::kind == Kind::numbers) {
      to = unpackSequences(cells.bytes());
    } else if constexpr (!isNumber(C::kind)) {
      cells.bytes(to);
    } else {
      const auto number = cells.number();
      using To = std::remove_cvref_t<decltype(to)>;
      if constexpr (std::is_lvalue_reference_v<decltype(to)>)
        to = static_cast<To>(number);
      else if constexpr (!std::is_arithmetic_v<To>)  // or it follows from another column
        std::move(to) = number != 0;
    }
  });
  Sums sums;
  if (table.summed) sums.row = cells.sum();
  if (Of::hasFate) sums.fate = cells.sum();
  return sums;
}

/// Which row it is, for people.
template <class Put>
std::string nameOf(const Put& put) {
  std::string name;
  const auto add = [&](const auto& value) {
    if (!name.empty()) name += '/';
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>)
      name += std::to_string(value);
    else
      name += value;
  };
  tables::kOf<Put>.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::inName()) add(C::of(put));
  });
  return name;
}

/// Whether the row may be served; if not, that is noted. `sealedSize` as in sumsOf().
template <class Put>
bool accepts(Damage& damage, const Put& put, Sums stored,
             std::optional<std::size_t> sealedSize = {}) {
  constexpr const auto& table = tables::kOf<Put>;
  const auto right = sumsOf(put, sealedSize);
  const auto name = [&] { return nameOf(put); };
  return damage.accepts(stored.row, right.row, table.name, name) &&
         damage.accepts(stored.fate, right.fate, table.name, name);
}

/// Reads a dead letter's columns, and behind them the size of its body, of which the row may have
/// the end only. False: it is damaged.
template <class Cells>
bool takeLetter(Cells& cells, DeadLetterRow& letter, Damage& damage) {
  AddDeadLetter put;
  const auto sums = takeRow(cells, put);
  const auto size = static_cast<std::uint64_t>(cells.number());
  const bool sound = accepts(damage, put, sums, put.row.event ? size : 0);
  letter = std::move(put.row);
  letter.bodyBytes = size;
  if (letter.event) letter.event->instance = letter.instance;
  return sound;
}

/// Calls `visit(value, place)` for each value that is sealed, as the row says. `id` is that of the
/// row's instance; without it, what takes it to open is left out.
template <class Put, class Visit>
void eachSealed(Put& put, std::string_view id, Visit visit) {
  constexpr const auto& table = tables::kOf<std::remove_const_t<Put>>;
  bool sealed = false;
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::is(kSealFlag)) sealed = C::of(put);
  });
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::is(kPlaced)) {
      if (C::kind == Kind::sealed && !sealed) return;
      if (const auto place = table.place(put, column.name, id); !place.empty())
        visit(C::of(put), place);
    }
  });
}

}  // namespace colibri::store
