#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "store/tables.hpp"

namespace colibri::store {

/// An estimate of the memory a batch holds until it is committed.
std::size_t bytesOf(const Batch& batch) noexcept;

inline std::size_t sizeOf(const std::string& bytes) noexcept {
  return bytes.size();
}
inline std::size_t sizeOf(const std::vector<std::uint64_t>& numbers) noexcept {
  return numbers.size() * sizeof(std::uint64_t);
}

/// Of a row: what its texts, bytes and lists hold.
template <class Put>
std::size_t payloadOf(const Put& put) noexcept {
  std::size_t bytes = 0;
  tables::kOf<Put>.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (!isNumber(C::kind)) bytes += sizeOf(C::of(put));
  });
  return bytes;
}

}  // namespace colibri::store
