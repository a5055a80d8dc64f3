#pragma once

#include <colibri/abi/plugin.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "instances/connector.hpp"
#include "plugin/plugin_object.hpp"
#include "plugin/ports.hpp"
#include "plugin/web.hpp"

namespace colibri::plugin {

struct HostServices;

/// A plugin's section of the configuration, validated against its schema and completed, as JSON.
using ConfigProvider =
    std::function<Result<std::string>(const std::string& alias, const std::string& configSchema)>;

struct LoadSpec {
  std::string directory;
  std::vector<std::string> aliases;  ///< what the configuration names, in the order to start
  ConfigProvider config;
  std::vector<std::string> routeWords = {};  ///< of the host's own routes, in lower case
};

/// Whether each plugin that the configuration names is there and takes its section. Nothing of a
/// plugin runs but its entry function. [Blocking] reads files.
/// [Errors] invalidArgument: everything that is wrong, a line each.
Result<void> checkConfiguration(const LoadSpec& spec);

/// A plugin, to look at.
struct PluginView {
  std::string alias, id, name, version, vendor, license, url, description;
  PluginState state = PluginState::failed;
  std::string reason;  ///< why it failed, or what is odd
  std::vector<std::string> provides, integrations, commands;
  std::uint64_t misbehaviour = 0;  ///< broken rules of the ABI, counted
};
std::string_view name(PluginState state) noexcept;

/// The plugins of this process: loads what the configuration names and nothing else, starts them in
/// that order and stops them in the reverse one. A plugin that fails is listed with its reason and
/// stops nobody: neither the gateway nor another plugin.
///
/// [Threading] load(), start(), stop(): one thread. The rest: any thread, after load(). [Blocking]
/// load(), start(), stop(): up to the deadlines of each plugin.
class PluginHost {
 public:
  PluginHost(HostServices services, PluginObject::Deadlines deadlines);
  PluginHost(Ports ports, PluginObject::Deadlines deadlines);
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Once. [Errors] the directory is missing, or others may write to it: every plugin is then
  /// listed as failed. A plugin's own failure is no error.
  Result<void> load(const LoadSpec& spec);
  /// After it the lifecycle tells observer() of every instance.
  void start();
  /// Idempotent. The core's services must still work.
  void stop();

  /// After load(): those whose init() succeeded. They live as long as the host.
  std::vector<instances::Connector*> connectors();
  instances::Observer& observer() noexcept;
  /// The event log has room again: busy connectors go on.
  void onRoom();

  std::vector<PluginView> list() const;
  /// The routes of all plugins that init() took, fixed after load(), in the order of the
  /// configuration.
  const std::vector<Route>& routes() const noexcept { return routes_; }
  /// A request for routes()[route]; see HttpRoutesApi. Nothing blocks.
  void serve(std::size_t route, RouteCall call, RouteReply reply);

  /// The mounts of all plugins, likewise. Whoever is not running refuses.
  const std::vector<Mount>& mounts() const noexcept { return mounts_; }
  void open(std::size_t mount, WebRequest request, std::unique_ptr<WebUpgrade> upgrade);
  void serveRaw(std::size_t mount, WebRequest request, WebRaw raw);

  /// Schemas of a plugin that is there; null if it is not, or has none.
  const std::string* instanceSchema(const std::string& alias) const;
  /// Asks the plugin about settings that its instance schema has let through.
  /// [Errors] see SettingsApi::check().
  Result<void> checkSettings(const std::string& alias, const std::string& json) const;

 private:
  struct Entry;
  class FanOut;
  struct Adapters;
  void loadOne(Entry& entry, const LoadSpec& spec);
  Result<void> tryLoad(Entry& entry, const LoadSpec& spec);
  Entry* running(const std::string& alias);

  std::unique_ptr<Adapters> adapters_;  // what ports_ may refer to
  const Ports ports_;
  const PluginObject::Deadlines deadlines_;
  InstanceDirectory instances_;
  std::vector<Entry> entries_;  // fixed after load()
  std::vector<Route> routes_;   // likewise
  std::vector<Mount> mounts_;   // likewise
  std::unique_ptr<FanOut> fanOut_;
};

}  // namespace colibri::plugin
