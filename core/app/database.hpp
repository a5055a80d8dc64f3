#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/loader.hpp"
#include "crypto/sealer.hpp"
#include "store/store.hpp"

/// The database that the operator chose.
namespace colibri::app {

/// Whether its settings can be meant, without connecting. Passwords are registered with the log,
/// which blots them out. [Errors] invalidArgument: a line that names the key and where it was set.
Result<void> checkDatabase(const config::Loader& loader);
/// Whether there is one. [Blocking] [Errors] as openDatabase().
Result<bool> databaseExists(const config::Loader& loader);
/// With the checks of the data folder's note on it (data_folder.hpp), which is written.
/// [Blocking] [Errors] rejected: it is not the database of this data folder and this key, or a part
/// of it is missing; one sentence for the operator, without the password.
Result<std::unique_ptr<store::Store>> openDatabase(const config::Loader& loader, const Clock& clock,
                                                   const crypto::Sealer* sealer);

}  // namespace colibri::app
