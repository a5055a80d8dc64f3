#pragma once

#include <string>

#include "base/result.hpp"

/// Whether files that decide what this process does are only the operator's to change.
/// [Threading] any thread. [Blocking] asks the file system.
namespace colibri {

/// [Errors] forbidden: others than the owner may write to it, with the command that ends that;
/// notFound.
Result<void> checkUnwritable(const std::string& path);

/// The same, and it belongs to root or to the user of this process. [Errors] as above.
Result<void> checkTrusted(const std::string& path);

/// Whether users that are neither the owner nor in the group may read it.
bool isReadableByAnyone(const std::string& path);

}  // namespace colibri
