#include "client_kind.hpp"

#include <algorithm>
#include <array>

namespace colibri::websocket {

bool takesOffsets(std::string_view userAgent, std::string_view extensions,
                  std::string_view recovery) noexcept {
  static constexpr auto kKnown = std::to_array<std::string_view>(
      {"Mozilla/", "node-XMLHttpRequest", "Bun/", "Deno/", "okhttp/", "CFNetwork/"});
  if (recovery == "1" || recovery == "0") return recovery == "1";
  if (userAgent.empty()) return extensions.find("permessage-deflate") != extensions.npos;
  return std::any_of(kKnown.begin(), kKnown.end(), [&](std::string_view known) {
    return userAgent.find(known) != userAgent.npos;
  });
}

}  // namespace colibri::websocket
