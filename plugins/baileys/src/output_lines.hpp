#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::baileys {

/// What a bridge prints, line by line: every line is counted; only those that begin as the bridge's
/// own or Node's fatal messages do are kept, scrubbed. The rest may hold key material.
///
/// [Threading] confined.
class OutputLines {
 public:
  /// `node` is the path under which Node complains about itself.
  explicit OutputLines(std::string node) : node_(std::move(node)) {}

  /// The kept lines of these bytes, at most kMostKept in the life of the object.
  std::vector<std::string> feed(std::string_view bytes);
  std::uint64_t lines() const noexcept { return lines_; }
  std::uint64_t dropped() const noexcept { return lines_ - kept_; }

  static constexpr std::uint64_t kMostKept = 20;

 private:
  bool isSafe(std::string_view line) const;

  std::string node_;
  std::string partial_;  ///< the beginning of the current line, bounded
  std::uint64_t lines_ = 0, kept_ = 0;
};

}  // namespace colibri::baileys
