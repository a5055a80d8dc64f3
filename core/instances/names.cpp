#include "instances/names.hpp"

#include <algorithm>
#include <string>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "catalogue/operation.hpp"

namespace colibri::instances {
namespace {

Error bad(std::string message) {
  return {Errc::invalidArgument, std::move(message)};
}

}  // namespace

bool isReserved(std::string_view name, std::span<const std::string> mounts) {
  const auto is = [&](std::string_view word) { return sameIgnoringCase(word, name); };
  return std::ranges::any_of(catalogue::reservedWords(), is) || std::ranges::any_of(mounts, is);
}

Result<void> checkName(std::string_view name, std::span<const std::string> mounts) {
  if (name.empty()) return bad("instanceName must not be empty");
  if (name.size() > 255) return bad("instanceName is longer than 255 bytes");
  if (name == "." || name == "..") return bad("instanceName must not be \".\" or \"..\"");
  if (!utf8::valid(name)) return bad("instanceName is not valid UTF-8");
  for (const char c : name) {
    if (c == '/') return bad("instanceName must not contain \"/\"");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return bad("instanceName must not contain control characters");
    }
  }
  if (isReserved(name, mounts)) {
    return bad("instanceName \"" + std::string(name) +
               "\" is reserved, because routes begin with it");
  }
  return {};
}

}  // namespace colibri::instances
