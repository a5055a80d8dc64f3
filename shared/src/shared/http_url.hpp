#pragma once

#include <string_view>

namespace colibri::shared {

/// What keeps a setting from being an absolute URL of http or https with a host that a connection
/// could be opened to: words that follow its name, "must have a port from 1 to 65535"; nullptr:
/// nothing. Where it leads is judged when it is used.
///
/// [Threading] pure.
const char* httpUrlProblem(std::string_view url) noexcept;

}  // namespace colibri::shared
