#include "config/v2_levels.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/text_value.hpp"

namespace colibri::config {
namespace {

/// From the quietest to the most talkative.
constexpr std::array<std::string_view, 4> kLevels = {"error", "warn", "info", "debug"};
constexpr std::array<std::pair<std::string_view, std::size_t>, 9> kWords = {{{"ERROR", 0},
                                                                             {"WARN", 1},
                                                                             {"INFO", 2},
                                                                             {"LOG", 2},
                                                                             {"WEBHOOKS", 2},
                                                                             {"WEBSOCKET", 2},
                                                                             {"DEBUG", 3},
                                                                             {"VERBOSE", 3},
                                                                             {"DARK", 3}}};

}  // namespace

std::string logLevel(std::string_view text) {
  std::size_t level = 0;
  for (auto rest = text; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto word = trimmed(rest.substr(0, comma));
    const auto known =
        std::ranges::find(kWords, word, [](const auto& entry) { return entry.first; });
    if (known == kWords.end()) return std::string(text);
    level = std::max(level, known->second);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
  }
  return std::string(kLevels[level]);
}

}  // namespace colibri::config
