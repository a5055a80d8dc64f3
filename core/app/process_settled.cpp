#include "app/process_settled.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "app/hand_over.hpp"
#include "app/process_memory.hpp"

namespace colibri::app {
namespace {

constexpr std::uint16_t kFirstHighPort = 1024;

/// Where the rights or the file system do not allow it, there is a way on.
Error unless(const std::string& key, const Error& error) {
  return {error.code,
          key + ": " + error.message + "; or set " + key + ": root to leave it as it is"};
}

/// What the user that the gateway has become cannot enter, it cannot run either.
Result<void> checkReachable(const std::string& key, const std::string& folder, const User& user) {
  if (::access(folder.c_str(), R_OK | X_OK) == 0 || errno == ENOENT) return {};
  return Error{Errc::forbidden,
               key + ": " + folder + " cannot be read by the user " + user.name + " (" +
                   std::generic_category().message(errno) +
                   "): move it to where that user may look; or set process.user: root"};
}

}  // namespace

Result<Settled> settleProcess(const config::Settings& settings, const std::string& configFile,
                              const std::string& pluginDirectory,
                              std::unique_ptr<Spawner> spawner) {
  auto users = usersOf(settings.process, ::geteuid() == 0);
  if (!users) return users.error();
  Settled settled;
  settled.notes = std::move(users->notes);
  if (users->bridges && spawner) {
    if (const auto told = spawner->use(*users->bridges); !told)
      return unless("process.bridge_user", told.error());
    settled.spawner = std::move(spawner);
    settled.bridgeUser = users->bridges->name;
  }
  spawner.reset();
  if (const auto& user = users->gateway) {
    if (const auto handed = handOver(settings, configFile, *user); !handed)
      return unless("process.user", handed.error());
    const auto port = settings.server.port;
    if (const auto done = become(*user, port != 0 && port < kFirstHighPort); !done)
      return unless("process.user", done.error());
    settled.user = user->name;
    for (const auto& [key, folder] : {std::pair("plugins.directory", &pluginDirectory),
                                      std::pair("data_dir", &settings.dataDir)})
      if (auto seen = checkReachable(key, *folder, *user); !seen) return seen.error();
  }
  auto memory = settings.process.debuggable ? openMemory() : closeMemory();
  if (!memory) return memory.error();
  return settled;
}

}  // namespace colibri::app
