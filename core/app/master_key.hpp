#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace colibri::app {

/// The master key: 32 bytes, written as hex in a file of mode 0600. Nothing: there is no file.
///
/// [Blocking] [Errors] invalidArgument: not a key; forbidden: others may read the file;
/// unavailable.
Result<std::optional<std::string>> loadMasterKey(const std::filesystem::path& file);

/// The same, made if there is none.
Result<std::string> loadOrMakeMasterKey(const std::filesystem::path& file);

}  // namespace colibri::app
