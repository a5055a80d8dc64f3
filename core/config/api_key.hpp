#pragma once

#include <string_view>

#include "base/result.hpp"

namespace colibri::config {

/// Whether `key` may be the global API key: 16 to 256 printable characters, at least 5 of them
/// different, and not one that was published as an example, for those are what attackers try first.
///
/// [Threading] any thread, pure. [Errors] invalidArgument: a sentence without the key.
Result<void> checkApiKey(std::string_view key);

/// Whether an example in public documents is this key, in any case of its letters.
bool isPublishedKey(std::string_view key) noexcept;

}  // namespace colibri::config
