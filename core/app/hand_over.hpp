#pragma once

#include <string>

#include "app/users.hpp"

namespace colibri::app {

/// What root has kept of the gateway so far becomes the property of the user that it is to run as:
/// the data folder, made if need be, with its files, the database, the master key and the log.
///
/// Careful, for a folder of the system may have been named: a folder is given away only if it holds
/// nothing but files of ours and the folder of blobs, and a file only if it is root's, regular, and
/// has no other name. The configuration stays root's.
///
/// [Blocking] [Errors] forbidden: a sentence with the command that does it by hand; unavailable.
Result<void> handOver(const config::Settings& settings, const std::string& configFile,
                      const User& user);

}  // namespace colibri::app
