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
/// [Blocking] [Errors] one sentence for the operator, without the password.
Result<std::unique_ptr<store::Store>> openDatabase(const config::Loader& loader, const Clock& clock,
                                                   const crypto::Sealer* sealer);

}  // namespace colibri::app
