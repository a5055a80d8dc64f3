#include "scrub.hpp"

#include <algorithm>

namespace colibri::baileys {
namespace {

constexpr std::size_t kLongestWord = 24;   ///< longer runs of key characters are keys, not words
constexpr std::size_t kLongestNumber = 6;  ///< longer runs of digits are telephone numbers or ids

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What base64, hex, JIDs, pairing codes and QR texts are made of.
bool isKeyCharacter(char c) {
  return isDigit(c) || isLetter(c) || c == '+' || c == '/' || c == '=' || c == '@' || c == '_' ||
         c == '-';
}

std::size_t longestNumber(std::string_view run) {
  std::size_t longest = 0, current = 0;
  for (const char c : run) {
    current = isDigit(c) ? current + 1 : 0;
    longest = std::max(longest, current);
  }
  return longest;
}

/// The longest stretch without a separator that ordinary words and paths have.
std::size_t longestWord(std::string_view run) {
  std::size_t longest = 0, current = 0;
  for (const char c : run) {
    current = c == '/' || c == '-' || c == '_' ? 0 : current + 1;
    longest = std::max(longest, current);
  }
  return longest;
}

/// Capitals among digits (base64, pairing codes) or many digits among letters (hex).
bool isMixed(std::string_view run) {
  const auto digits = std::count_if(run.begin(), run.end(), isDigit);
  const bool capital =
      std::any_of(run.begin(), run.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return digits >= 3 || (digits > 0 && capital);
}

bool looksSecret(std::string_view run) {
  return longestNumber(run) > kLongestNumber || longestWord(run) > kLongestWord ||
         run.find('@') != std::string_view::npos || (run.size() >= 8 && isMixed(run));
}

}  // namespace

std::string scrub(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < most) {
    std::size_t end = at;
    while (end < text.size() && isKeyCharacter(text[end])) ++end;
    if (end > at) {
      const auto run = text.substr(at, end - at);
      out += looksSecret(run) ? std::string_view("[...]") : run;
      at = end;
    } else {
      const char c = text[at++];
      out += c >= ' ' && c <= '~' ? c : ' ';
    }
  }
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace colibri::baileys
