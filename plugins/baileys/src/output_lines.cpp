#include "output_lines.hpp"

#include <algorithm>

#include "scrub.hpp"

namespace colibri::baileys {
namespace {

constexpr std::size_t kMaxLine = 300;

bool startsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

std::vector<std::string> OutputLines::feed(std::string_view bytes) {
  std::vector<std::string> kept;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    partial_ += part.substr(0, kMaxLine - std::min(partial_.size(), kMaxLine));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    ++lines_;
    if (kept_ < kMostKept && isSafe(partial_)) {
      ++kept_;
      kept.push_back(scrub(partial_, kMaxLine));
    }
    partial_.clear();
  }
  return kept;
}

bool OutputLines::isSafe(std::string_view line) const {
  return startsWith(line, "colibri-bridge: ") || startsWith(line, "FATAL ERROR: ") ||
         startsWith(line, "Error [ERR_MODULE_NOT_FOUND]") || startsWith(line, "node: bad option") ||
         startsWith(line, node_ + ": bad option");
}

}  // namespace colibri::baileys
