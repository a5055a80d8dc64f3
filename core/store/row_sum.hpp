#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/tables.hpp"

/// A checksum of each row, which lies in the row: what a disk or a memory flipped is not served as
/// truth. CRC-32 over every column but itself, so one flipped bit, or any 32 in a row, never go
/// unnoticed. Of a sealed value only its tag counts, which speaks for the rest.
///
/// It guards against accidents: who can write the database can write it, too. [Threading] any
/// thread, pure.
namespace colibri::store {

/// In the database: 0 to 2^32 - 1.
using RowSum = std::int64_t;
/// What is read where there is none: a row of a version that wrote none.
inline constexpr RowSum kNoSum = -1;

/// Those of one row: of what stays as it is, and of what changes by itself (kFate).
struct Sums {
  RowSum row = kNoSum, fate = kNoSum;
};

/// Takes columns one after the other; a text with its size, so that none runs into the next.
class Summing {
 public:
  void add(std::integral auto number) { addNumber(static_cast<std::uint64_t>(number)); }
  void add(std::string_view text);
  void add(const std::vector<std::uint64_t>& numbers);
  /// `size` is that of the whole value, of which `value` may be the end only.
  void addSealed(std::string_view value, bool sealed, std::size_t size);
  RowSum sum() const;

 private:
  void addNumber(std::uint64_t number);
  std::string bytes_;
};

/// Plain columns first, then the sealed ones. `sealedSize`: of the sealed value, of which the row
/// may hold the end only.
template <class Put>
Sums sumsOf(const Put& put, std::optional<std::size_t> sealedSize = {}) {
  constexpr const auto& table = tables::kOf<Put>;
  using Of = std::remove_cvref_t<decltype(table)>;
  Summing row, fate;
  bool sealed = false;
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::is(kSealFlag))
      sealed = C::of(put);
    else if constexpr (C::is(kFate))
      fate.add(C::of(put));
    else if constexpr (C::kind != Kind::sealed && !C::is(kUnsummed))
      row.add(C::of(put));
  });
  table.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::kind == Kind::sealed)
      row.addSealed(C::of(put), sealed, sealedSize.value_or(C::of(put).size()));
  });
  return Sums{row.sum(), Of::hasFate ? fate.sum() : kNoSum};
}

template <class Put>
RowSum sumOf(const Put& put) {
  return sumsOf(put).row;
}
/// Of what changes when a dead letter was delivered again in vain.
RowSum sumOfFate(const ReturnDeadLetter& returned);

}  // namespace colibri::store
