#include "store/row_sum.hpp"

#include <zlib.h>

#include "store/sequence_list.hpp"

namespace colibri::store {
namespace {

constexpr std::size_t kTag = 16;  // crypto::Sealer's, at the end

}  // namespace

void Summing::addNumber(std::uint64_t number) {
  if (bytes_.empty()) bytes_.reserve(256);
  char bytes[8];
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  bytes_.append(bytes, sizeof bytes);
}

void Summing::add(std::string_view text) {
  add(text.size());
  bytes_.append(text);
}

void Summing::add(const std::vector<std::uint64_t>& numbers) {
  add(std::string_view(packSequences(numbers)));
}

void Summing::addSealed(std::string_view value, bool sealed, std::size_t size) {
  add(sealed);
  add(size);
  if (sealed && value.size() > kTag) value.remove_prefix(value.size() - kTag);
  bytes_.append(value);
}

RowSum Summing::sum() const {
  return static_cast<RowSum>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes_.data()), bytes_.size()));
}

RowSum sumOfFate(const ReturnDeadLetter& returned) {
  Summing sum;
  sum.add(std::string_view(returned.reason));
  sum.add(returned.attempts);
  sum.add(returned.deadAtUs);
  return sum.sum();
}

}  // namespace colibri::store
