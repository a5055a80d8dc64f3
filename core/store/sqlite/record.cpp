#include "store/sqlite/record.hpp"

#include <array>

#include "base/assert.hpp"
#include "store/sqlite/big_endian.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::size_t kMostValues = 64;  // more than any table of ours has columns
constexpr std::array<std::uint8_t, 7> kIntegerSizes = {0, 1, 2, 3, 4, 6, 8};
constexpr std::uint64_t kZero = 8, kOne = 9, kFirstBlob = 12;  // 7 is a fraction, 10 and 11 nothing

std::optional<Value> kindOf(std::uint64_t type) {
  Value value;
  if (type == 0) return value;
  if (type >= kFirstBlob) {
    value.kind = type % 2 == 0 ? Value::Kind::blob : Value::Kind::text;
    value.size = static_cast<std::size_t>((type - kFirstBlob) / 2);
    return value;
  }
  value.kind = Value::Kind::integer;
  if (type < kIntegerSizes.size())
    value.size = kIntegerSizes[static_cast<std::size_t>(type)];
  else if (type == kZero || type == kOne)
    value.number = type == kOne ? 1 : 0;
  else
    return std::nullopt;
  return value;
}

/// With its sign.
std::int64_t integerOf(std::string_view bytes) {
  const auto number = bigEndian(bytes, 0, bytes.size());
  const auto unused = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(number << unused) >> unused;
}

}  // namespace

std::optional<std::uint64_t> takeNumber(std::string_view bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (int i = 0; i < 9 && at < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    if (i == 8) return number << 8 | byte;
    number = number << 7 | (byte & 0x7fU);
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

std::optional<std::vector<Value>> kindsOf(std::string_view beginning, std::uint64_t size) {
  std::size_t at = 0;
  const auto head = takeNumber(beginning, at);
  if (!head || *head < at || *head > beginning.size() || *head > size) return std::nullopt;
  const auto types = beginning.substr(0, static_cast<std::size_t>(*head));
  std::vector<Value> values;
  auto left = size - *head;  // the beginning is a part of it
  while (at < types.size()) {
    const auto type = takeNumber(types, at);
    const auto value = type ? kindOf(*type) : std::nullopt;
    if (!value || value->size > left || values.size() == kMostValues) return std::nullopt;
    left -= value->size;
    values.push_back(*value);
  }
  if (left != 0) return std::nullopt;
  return values;
}

std::vector<Value> valuesOf(std::string_view record, std::vector<Value> kinds) {
  std::size_t all = 0;
  for (const auto& value : kinds) all += value.size;
  COLIBRI_ASSERT(all <= record.size());
  auto at = record.size() - all;
  for (auto& value : kinds) {
    const auto bytes = record.substr(at, value.size);
    at += value.size;
    if (value.kind == Value::Kind::integer && value.size != 0) value.number = integerOf(bytes);
    if (value.kind == Value::Kind::text || value.kind == Value::Kind::blob) value.bytes = bytes;
  }
  return kinds;
}

}  // namespace colibri::store::sqlite
