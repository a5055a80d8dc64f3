#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace colibri::store::sqlite {

/// A number of `size` bytes, as SQLite's files hold them; the bytes have to be there.
inline std::uint64_t bigEndian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

}  // namespace colibri::store::sqlite
