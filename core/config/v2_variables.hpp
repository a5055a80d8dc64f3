#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"

namespace colibri::config {

/// Variables that v2 gateways read and that mean something here, or in a plugin. A name that ends
/// in `*` stands for all that begin so.
std::span<const std::string_view> v2Names() noexcept;

/// Those of them that are set, ask for something (not `false` and not `0`), and are read neither by
/// the core nor, as `claimed` has them and their families, by plugins. A family is named once, one
/// of which others are read by its variables. For a note to whoever brings a configuration along.
std::vector<std::string> unreadV2Variables(const Environment& environment,
                                           std::span<const std::string> claimed);

}  // namespace colibri::config
