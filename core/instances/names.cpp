#include "instances/names.hpp"

#include <algorithm>
#include <string>

#include "base/ascii.hpp"
#include "catalogue/operation.hpp"

namespace colibri::instances {
namespace {

bool isUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    if (overlong || surrogate || beyond) return false;
    i += size;
  }
  return true;
}

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
  if (!isUtf8(name)) return bad("instanceName is not valid UTF-8");
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
