#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/spawner.hpp"
#include "config/settings.hpp"

namespace colibri::app {

/// What became of the process: whose it is, and what the operator should know of it.
struct Settled {
  std::unique_ptr<Spawner> spawner;  ///< null: bridges are the gateway's user's
  std::string user, bridgeUser;
  std::vector<std::string> notes;
};

/// Gives up the rights that the gateway was started with, as the configuration says: its files are
/// handed over, `spawner` is told whose the bridges are or let go, the process becomes another
/// user's, and its memory is closed again or, for developers, opened.
///
/// [Blocking] [Errors] one sentence for the operator; the process must not go on.
Result<Settled> settleProcess(const config::Settings& settings, const std::string& configFile,
                              const std::string& pluginDirectory, std::unique_ptr<Spawner> spawner);

}  // namespace colibri::app
