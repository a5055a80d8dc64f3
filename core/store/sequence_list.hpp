#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::store {

/// The column `cursors.done_above`: 8 bytes each, least significant first.
inline std::string packSequences(const std::vector<std::uint64_t>& sequences) {
  std::string bytes;
  bytes.reserve(sequences.size() * 8);
  for (const auto sequence : sequences) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes += static_cast<char>(static_cast<unsigned char>(sequence >> shift));
    }
  }
  return bytes;
}

inline std::vector<std::uint64_t> unpackSequences(std::string_view bytes) {
  std::vector<std::uint64_t> sequences(bytes.size() / 8);
  for (std::size_t i = 0; i < sequences.size() * 8; ++i) {
    sequences[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (i % 8 * 8);
  }
  return sequences;
}

}  // namespace colibri::store
