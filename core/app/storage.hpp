#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "config/loader.hpp"
#include "crypto/sealer.hpp"
#include "store/redis/session_store.hpp"

/// Opens what is durable beside the database, for the gateway and for colibrictl. All [Blocking];
/// [Errors] one sentence for the operator.
namespace colibri::app {

/// The master key in use, and a name for those who have it, which tells nothing of it.
struct MasterKey {
  crypto::Sealer sealer;
  std::string installation;
};
/// Made for its owner alone, whatever the umask; one that is there must be its owner's to change.
Result<void> openDataFolder(const std::string& folder);
/// Makes the data folder and the key at a first start. [Errors] of masterKeyOf() (data_folder.hpp).
Result<MasterKey> openMasterKey(const config::Loader& loader);

/// Where Redis is, by the configuration. [pure]
Result<store::redis::Endpoint> redisEndpoint(const config::Settings& settings);

/// The sessions in Redis, everything else in `database`.
Result<std::unique_ptr<store::redis::SessionStore>> openSessions(
    std::unique_ptr<store::Store> database, const config::Settings& settings, const Clock& clock,
    const MasterKey& key);

/// Nothing of this installation is left in Redis but entries of instances; while no gateway uses
/// it.
Result<void> leaveRedis(const config::Settings& settings, const MasterKey& key);

}  // namespace colibri::app
