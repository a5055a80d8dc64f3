#pragma once

#include <map>
#include <set>
#include <string>

#include "api/instances_controller.hpp"
#include "config/schema.hpp"
#include "plugin/plugin_host.hpp"

namespace colibri::app {

/// Checks per-instance settings against the schemas of the loaded plugins, then with the plugins.
///
/// [Threading] any thread; immutable after construction. [Ownership] `plugins` outlives it.
class PluginHostSettings final : public api::PluginSettings {
 public:
  /// After the plugins have been loaded. A plugin whose schema is wrong is left out, with a line in
  /// the log.
  explicit PluginHostSettings(const plugin::PluginHost& plugins);

  bool known(const std::string& alias) const override { return schemas_.contains(alias); }
  bool serves(const std::string& integration) const override {
    return integrations_.contains(integration);
  }
  Result<std::string> check(const std::string& alias, const std::string& json) const override;

 private:
  const plugin::PluginHost& plugins_;
  std::map<std::string, config::Schema> schemas_;
  std::set<std::string> integrations_;
};

/// GET /plugins: every configured plugin with its state and, if it did not start, why.
std::string pluginsJson(const plugin::PluginHost& plugins);

}  // namespace colibri::app
