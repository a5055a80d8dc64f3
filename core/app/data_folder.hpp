#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/loader.hpp"
#include "store/state_file.hpp"

/// What makes up one installation: the master key, the database, and the data folder's note on it.
/// One without the others is not an empty gateway but a damaged one. All [Blocking].
namespace colibri::app {

/// Which of them are there.
struct Halves {
  bool key = false, database = false;
  std::optional<store::Remembered> note;
};

/// Whether the gateway may start with what is there: everything, or nothing at all (also when a
/// first start was cut off). [pure] [Errors] rejected: what is missing and what to restore;
/// `keyFile` is for the sentence.
Result<void> checkHalves(const Halves& halves, const std::string& keyFile);

/// The note's place.
std::filesystem::path stateFileOf(const config::Settings& settings);

/// Where blobs lie, and what that folder is called.
constexpr const char* kBlobFolder = "blobs";
std::filesystem::path blobFolderOf(const config::Settings& settings);

/// The master key in use. Makes the data folder, and the key at a first start.
/// [Errors] rejected: of checkHalves(); those of loadMasterKey() and of looking for the database.
Result<std::string> masterKeyOf(const config::Loader& loader);

/// What `--new` does before the start: if what is there does not fit together, it is moved aside,
/// never removed, so that the start finds nothing and begins anew. A master key that is good stays.
///
/// [Errors] conflict: everything is there and fits; or it is a schema of PostgreSQL, which is for
/// the operator to move; unavailable: it cannot be moved, or looked at.
Result<void> startAfresh(const config::Loader& loader, const Clock& clock);

}  // namespace colibri::app
