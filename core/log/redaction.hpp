#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::log {

inline constexpr std::size_t kShortestSecret = 6;

/// The secrets that no line may show.
///
/// Applied to each text before it is escaped, so that a secret with a quote or a line break in it
/// is found as well.
///
/// [Threading] any thread; locked.
class RedactionSet {
 public:
  /// False if `secret` is too short to be taken.
  bool add(std::string_view secret);
  /// `text` with every secret replaced by `***`, the longest first.
  std::string apply(std::string_view text) const;

 private:
  mutable std::shared_mutex mutex_;   // guards secrets_
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace colibri::log
