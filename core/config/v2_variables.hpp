#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"

namespace colibri::config {

/// Variables that v2 gateways read and nothing here does. A name that ends in `*` stands for all
/// that begin so, but those that are read. docs/configuration.md has them, too.
std::span<const std::string_view> unreadV2Names() noexcept;

/// Those of them that are set and ask for something: not `false` and not `0`. A family is named
/// once. For a note to whoever brings a configuration along.
std::vector<std::string> unreadV2Variables(const Environment& environment);

}  // namespace colibri::config
