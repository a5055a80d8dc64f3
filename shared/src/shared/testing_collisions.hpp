#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::shared::testing {

/// What Boost.JSON hashes a key to in a table at the address `salt`: FNV-1a.
inline std::uint64_t digest(std::string_view key, std::uint64_t salt) {
  std::uint64_t hash = 0xcbf29ce484222325ULL + salt;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

/// So many keys of eight letters whose digests agree in their lower 16 bits, wherever a large table
/// lies: the kernel hands out pages, so an attacker knows the lower 12 bits of the address, and
/// what is above them moves all digests alike.
inline std::vector<std::string> collidingKeys(std::size_t wanted) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr std::uint64_t kBits = 0xffff, kInverse = 0x957b;  // of FNV's prime, modulo 2^16
  static_assert((kInverse * 0x1b3 & kBits) == 1);
  const auto word = [&](std::size_t number, int letters) {
    std::string out;
    for (; letters > 0; --letters, number /= kLetters.size())
      out += kLetters[number % kLetters.size()];
    return out;
  };
  // Which two letters lead from a state to the state 0, found from behind.
  std::vector<std::string> ends(kBits + 1);
  for (std::size_t i = 0; i < kLetters.size() * kLetters.size(); ++i) {
    const auto end = word(i, 2);
    std::uint64_t state = 0;
    for (auto c = end.rbegin(); c != end.rend(); ++c)
      state = (state * kInverse ^ static_cast<unsigned char>(*c)) & kBits;
    ends[state] = end;
  }
  std::vector<std::string> keys;
  for (std::size_t i = 0; keys.size() < wanted; ++i) {
    const auto begin = word(i, 6);
    const auto& end = ends[digest(begin, 16) & kBits];
    if (!end.empty()) keys.push_back(begin + end);
  }
  return keys;
}

/// {"key":0,…}
inline std::string objectOf(const std::vector<std::string>& keys) {
  std::string text;
  for (const auto& key : keys) text += (text.empty() ? "{\"" : ",\"") + key + "\":0";
  return text + "}";
}

}  // namespace colibri::shared::testing
