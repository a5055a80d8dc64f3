#pragma once

#include <string>
#include <string_view>

namespace colibri::ctl {

/// Text of others, such as names and messages, in a form that cannot move a terminal's cursor,
/// change its title or colours, or turn the direction of what stands beside it: control characters,
/// marks of direction, line separators and bytes that are not UTF-8 are shown as \x1b or \u202e.
std::string safe(std::string_view text);

/// The same of a JSON text, which stays the same JSON, on one line.
std::string safeJson(std::string_view json);

}  // namespace colibri::ctl
