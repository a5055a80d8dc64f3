#pragma once

#include <string_view>

#include "base/result.hpp"

namespace colibri::instances {

/// May an instance be called so? 1 to 255 bytes of UTF-8 without control characters or `/`, not `.`
/// or
/// `..`, and none of the words that routes begin with (any case), so that every path has one
/// meaning.
///
/// [Threading] pure. [Errors] invalidArgument with the sentence for the caller.
Result<void> checkName(std::string_view name);

}  // namespace colibri::instances
