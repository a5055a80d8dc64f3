#pragma once

#include <map>
#include <string>

#include "api/call.hpp"
#include "api/services.hpp"
#include "api/shapes.hpp"
#include "commands/command_service.hpp"
#include "commands/last_chats.hpp"
#include "instances/lifecycle.hpp"

namespace colibri::api {

/// What the API needs to know of plugins (core/app connects it to the plugin host).
class PluginSettings {
 public:
  virtual ~PluginSettings() = default;
  /// Of the loaded plugins that have per-instance settings, by alias.
  virtual const shapes::Schemas& schemas() const = 0;
  /// The integrations of the loaded connectors, with the connectors' aliases.
  virtual const std::map<std::string, std::string, std::less<>>& integrations() const = 0;
  /// Asks the plugin about settings that its schema has let through. [Errors] invalidArgument: a
  /// sentence that begins with the path; unavailable: the plugin does not run.
  virtual Result<void> check(const std::string& alias, const std::string& json) const = 0;
};

/// The operations of `instance`.
///
/// [Threading] any thread; immutable. Nothing blocks.
class InstancesController {
 public:
  InstancesController(instances::Lifecycle& lifecycle, const instances::Registry& registry,
                      commands::CommandService& commands, const commands::LastChats& lastChats,
                      const PluginSettings& plugins, std::vector<std::string> mounts = {},
                      std::size_t shortestToken = 8)
      : lifecycle_(lifecycle),
        registry_(registry),
        commands_(commands),
        lastChats_(lastChats),
        plugins_(plugins),
        mounts_(std::move(mounts)),
        shortestToken_(shortestToken) {}

  void bindTo(Services& services) const;

 private:
  void create(Call call) const;
  void fetch(Call call) const;
  void connect(Call call) const;
  void connectionState(Call call) const;
  void restart(Call call) const;
  void setPresence(Call call) const;
  void logout(Call call) const;
  void remove(Call call) const;
  Result<instances::CreateRequest> readCreate(const Call& call, Faults& faults) const;
  Result<void> readSettings(const boost::json::object& body, bool v2,
                            instances::CreateRequest& request, Faults& faults) const;
  Result<std::string> checked(const std::string& alias, boost::json::value settings,
                              Faults& faults) const;

  instances::Lifecycle& lifecycle_;
  const instances::Registry& registry_;
  commands::CommandService& commands_;
  const commands::LastChats& lastChats_;
  const PluginSettings& plugins_;
  std::vector<std::string> mounts_;  ///< of plugins; no instance is called so
  std::size_t shortestToken_;
};

}  // namespace colibri::api
