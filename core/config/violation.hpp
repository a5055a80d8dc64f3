#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::config {

/// One thing that is wrong with a document.
struct Violation {
  std::string path;     ///< where: `webhook.url`, `events[3]`; empty: the document as a whole
  std::string problem;  ///< what is wrong: `is a string`
  std::string allowed;  ///< what would be right; may be empty
  bool atKey = false;   ///< the key is wrong, not its value
  std::string v2 = {};  ///< the same as the validator of v2 servers says it; see v2Sentence()
  bool whole = false;   ///< `problem` is a sentence of its own

  /// `webhook.url: is a number, allowed: a string`. Never shows a value.
  std::string sentence() const;
  /// `text is not of a type(s) string`: the words that clients of v2 servers know.
  std::string v2Sentence() const;
};

/// A document names at most so many of its errors, and says if there are more. A check looks for
/// one more and then ends, so nobody knows how many.
inline constexpr std::size_t kMaxViolations = 20;

/// The sentences, one a line, as far as they are named.
std::string listed(std::span<const std::string> sentences);

// Paths as people write them. Keys are shown without control characters and cut at 64 bytes,
// because they come from strangers.

std::string shownKey(std::string_view key);
std::string childPath(std::string_view parent, std::string_view key);
std::string itemPath(std::string_view parent, std::size_t index);

/// The candidate that `word` is most likely meant to be; empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace colibri::config
