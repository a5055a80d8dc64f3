#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace colibri {

/// What becomes of a file that is there already.
enum class IfThere : bool { replace, refuse };

/// Puts a file in place that is whole and on the disk, under its name, or not there at all: a crash
/// or a power failure leaves no half of it. Only its owner may read it.
///
/// [Blocking] [Errors] conflict: it is there already; unavailable: a sentence with the path.
Result<void> putWholeFile(const std::filesystem::path& file, std::string_view text,
                          IfThere ifThere);

/// What was made, renamed or removed in the file's folder stays so. [Blocking] False: not certain.
bool syncFolderOf(const std::filesystem::path& file);

}  // namespace colibri
