#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// A row as it lies in SQLite's file (sqlite.org/fileformat2.html, 2.1). What it reads may be
/// anything. [Threading] any thread, pure.
namespace colibri::store::sqlite {

/// A number of 1 to 9 bytes at `at`, which moves behind it; nothing if the bytes end before.
std::optional<std::uint64_t> takeNumber(std::string_view bytes, std::size_t& at);

struct Value {
  enum class Kind : std::uint8_t { null, integer, text, blob };
  Kind kind = Kind::null;
  std::size_t size = 0;     ///< of what the record holds of it
  std::int64_t number = 0;  ///< of an integer
  std::string_view bytes;   ///< of a text or a blob

  friend bool operator==(const Value&, const Value&) = default;
};

/// The kinds and sizes of a record's values, by its beginning. Nothing if they do not make up
/// `size` bytes, or if there is a kind that none of our tables has.
std::optional<std::vector<Value>> kindsOf(std::string_view beginning, std::uint64_t size);
/// The values of a whole record of those kinds, as views of it.
std::vector<Value> valuesOf(std::string_view record, std::vector<Value> kinds);

}  // namespace colibri::store::sqlite
