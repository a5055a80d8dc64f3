#pragma once

#include <map>
#include <string>

#include "api/instances_controller.hpp"
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

  const api::shapes::Schemas& schemas() const override { return schemas_; }
  const std::map<std::string, std::string, std::less<>>& integrations() const override {
    return integrations_;
  }
  Result<void> check(const std::string& alias, const std::string& json) const override {
    return plugins_.checkSettings(alias, json);
  }

 private:
  const plugin::PluginHost& plugins_;
  api::shapes::Schemas schemas_;
  std::map<std::string, std::string, std::less<>> integrations_;
};

/// GET /plugins: every configured plugin with its state and, if it did not start, why.
std::string pluginsJson(const plugin::PluginHost& plugins);

}  // namespace colibri::app
