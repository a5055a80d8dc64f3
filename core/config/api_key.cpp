#include "config/api_key.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/ascii.hpp"

namespace colibri::config {
namespace {

/// Defaults and example files of the gateways whose clients we serve.
constexpr std::array<std::string_view, 3> kPublished{
    "429683C4C977415CAAFCCE10F7D57E11", "B6D711FCDE4D4FD5936544120E713976", "BQYHJGJHJ"};

constexpr std::size_t kLeastDifferent = 5;

}  // namespace

bool isPublishedKey(std::string_view key) noexcept {
  return std::ranges::any_of(kPublished, [&](auto known) { return sameIgnoringCase(key, known); });
}

Result<void> checkApiKey(std::string_view key) {
  const std::string allowed =
      ", allowed: 16 to 256 printable characters of your own choice, at least 5 different ones";
  if (isPublishedKey(key)) {
    return Error{Errc::invalidArgument,
                 "is an example that was published, everybody knows it" + allowed};
  }
  if (key.empty()) {
    return Error{Errc::invalidArgument,
                 "is not set; set it here or in AUTHENTICATION_API_KEY" + allowed};
  }
  if (key.size() < 16) return Error{Errc::invalidArgument, "is too short to be safe" + allowed};
  if (key.size() > 256) return Error{Errc::invalidArgument, "is too long" + allowed};
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(key.begin(), key.end(), printable)) {
    return Error{Errc::invalidArgument,
                 "holds a character that an HTTP header cannot carry" + allowed};
  }
  if (std::set<char>(key.begin(), key.end()).size() < kLeastDifferent)
    return Error{Errc::invalidArgument, "is too easily guessed" + allowed};
  return {};
}

}  // namespace colibri::config
