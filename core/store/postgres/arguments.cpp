#include "store/postgres/arguments.hpp"

namespace colibri::store::postgres {
namespace {

constexpr std::size_t kCountAt = 12;  // of the array's header

void put(std::string& to, std::uint64_t value, unsigned bytes) {
  for (unsigned left = bytes; left-- > 0;)
    to += static_cast<char>(static_cast<unsigned char>(value >> (left * 8)));
}

}  // namespace

Array::Array(Of type) {
  put(bytes_, 1, 4);  // dimensions
  put(bytes_, 0, 4);  // no nulls
  put(bytes_, static_cast<std::uint32_t>(type), 4);
  put(bytes_, 0, 4);  // elements
  put(bytes_, 1, 4);  // the first one's index
}

void Array::add(std::string_view bytes) {
  put(bytes_, bytes.size(), 4);
  bytes_ += bytes;
  count();
}

void Array::add(bool value) {
  const char byte = value ? 1 : 0;
  add(std::string_view(&byte, 1));
}

void Array::addInteger(std::int64_t number) {
  put(bytes_, 8, 4);
  put(bytes_, static_cast<std::uint64_t>(number), 8);
  count();
}

/// The header says how many there are.
void Array::count() {
  ++size_;
  for (unsigned i = 0; i < 4; ++i)
    bytes_[kCountAt + i] = static_cast<char>(static_cast<unsigned char>(size_ >> ((3 - i) * 8)));
}

void Arguments::add(std::string_view bytes) {
  values_.push_back(bytes.data() != nullptr ? bytes.data() : "");  // null would be SQL's null
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(1);
}

void Arguments::add(bool value) {
  add(std::string_view(numbers_.emplace_back(1, value ? '\1' : '\0')));
}

void Arguments::addInteger(std::int64_t number) {
  auto& bytes = numbers_.emplace_back();
  put(bytes, static_cast<std::uint64_t>(number), 8);
  add(std::string_view(bytes));
}

}  // namespace colibri::store::postgres
