#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace colibri::shared {

// Case of ASCII letters only, whatever the locale: names of headers, hosts and paths.
// [Threading] pure.

constexpr char lowerCase(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lowerCase(c);
  return lower;
}

constexpr bool sameIgnoringCase(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lowerCase(x) == lowerCase(y); });
}

}  // namespace colibri::shared
