#include "config/violation.hpp"

#include <algorithm>
#include <numeric>

#include "base/utf8.hpp"

namespace colibri::config {
namespace {

constexpr std::size_t kMaxShownKey = 64;

/// Insertions, deletions, replacements and swaps of neighbours between two short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), beforeThat(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(beforeThat, before);
    std::swap(before, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], beforeThat[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string shownKey(std::string_view key) {
  std::string out;
  while (!key.empty()) {
    if (out.size() >= kMaxShownKey) return out + "...";
    const auto c = utf8::decode(key);
    // Also what would break or turn around the line it is printed in.
    const bool odd = !c.valid || c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0) ||
                     (c.value >= 0x2028 && c.value <= 0x202e) ||
                     (c.value >= 0x2066 && c.value <= 0x2069);
    if (odd)
      out += '?';
    else
      out += key.substr(0, c.size);
    key.remove_prefix(c.size);
  }
  return out;
}

std::string Violation::sentence() const {
  if (whole) return problem;
  std::string text = path.empty() ? problem : path + ": " + problem;
  if (!allowed.empty()) text += ", allowed: " + allowed;
  return text;
}

std::string Violation::v2Sentence() const {
  return v2.empty() ? sentence() : v2;
}

std::string listed(std::span<const std::string> sentences) {
  std::string text;
  for (const auto& sentence : sentences.first(std::min(sentences.size(), kMaxViolations)))
    text += (text.empty() ? "" : "\n") + sentence;
  return sentences.size() > kMaxViolations ? text + "\nand more" : text;
}

std::string childPath(std::string_view parent, std::string_view key) {
  if (parent.empty()) return shownKey(key);
  return std::string(parent) + "." + shownKey(key);
}

std::string itemPath(std::string_view parent, std::size_t index) {
  return std::string(parent) + "[" + std::to_string(index) + "]";
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kMaxShownKey) return {};
  std::size_t best = std::min<std::size_t>(3, word.size() / 3 + 1) + 1;
  std::string_view found;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kMaxShownKey) continue;
    const auto d = distance(word, candidate);
    if (d < best) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

}  // namespace colibri::config
