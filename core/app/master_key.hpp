#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace colibri::app {

/// The master key: 32 bytes, written as hex in a file of mode 0600. Made if there is none.
///
/// [Blocking] [Errors] invalidArgument: not a key; forbidden: others may read the file;
/// unavailable.
Result<std::string> loadOrMakeMasterKey(const std::filesystem::path& file);

}  // namespace colibri::app
