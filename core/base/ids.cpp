#include "base/ids.hpp"

#include <sys/random.h>

#include <array>

#include "base/assert.hpp"

namespace colibri {

std::string randomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const auto n = getrandom(bytes.data() + done, size - done, 0);
    COLIBRI_ASSERT(n > 0);
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

std::string newUuid() {
  static constexpr char kHex[] = "0123456789abcdef";
  auto b = randomBytes(16);
  b[6] = static_cast<char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<char>((b[8] & 0x3f) | 0x80);
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(b[i]);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string newUlid(const Clock& clock) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  // 48 bits of milliseconds, 80 bits of chance, written as 26 digits of 5 bits.
  std::array<unsigned char, 16> bytes{};
  auto ms = static_cast<std::uint64_t>(clock.nowUs() / 1000);
  for (std::size_t i = 6; i-- > 0; ms >>= 8) bytes[i] = static_cast<unsigned char>(ms);
  const auto chance = randomBytes(10);
  for (std::size_t i = 0; i < 10; ++i) bytes[6 + i] = static_cast<unsigned char>(chance[i]);
  std::string out(26, '0');
  unsigned bits = 0, held = 0;
  std::size_t at = 26;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    bits |= static_cast<unsigned>(bytes[i]) << held;
    for (held += 8; held >= 5; held -= 5, bits >>= 5) out[--at] = kAlphabet[bits & 31];
  }
  out[--at] = kAlphabet[bits & 31];
  return out;
}

}  // namespace colibri
