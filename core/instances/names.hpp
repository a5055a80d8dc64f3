#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::instances {

/// May an instance be called so? 1 to 255 bytes of UTF-8 without control characters or `/`, not `.`
/// or
/// `..`, and none of the words that routes begin with (any case), so that every path has one
/// meaning.
///
/// [Threading] pure. [Errors] invalidArgument with the sentence for the caller.
/// `mounts`: words of plugins, in any case, that are reserved as ours are.
Result<void> checkName(std::string_view name, std::span<const std::string> mounts = {});

/// Whether it is a word that routes begin with, in any case. [Threading] pure.
bool isReserved(std::string_view name, std::span<const std::string> mounts = {});

}  // namespace colibri::instances
