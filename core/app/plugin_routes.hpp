#pragma once

#include <string>
#include <vector>

#include "api/plugins_controller.hpp"
#include "plugin/plugin_host.hpp"

namespace colibri::app {

/// The routes of the loaded plugins, as the API serves them.
///
/// [Threading] any thread; immutable after construction.
class PluginHostRoutes final : public api::PluginRoutes {
 public:
  /// After the plugins have been loaded; `plugins` outlives it.
  explicit PluginHostRoutes(plugin::PluginHost& plugins);

  std::span<const api::Route> routes() const noexcept override { return routes_; }
  /// First words of the routes, in lower case: no instance may be called so.
  std::vector<std::string> words() const;
  std::size_t bodyLimit(std::size_t route) const noexcept override {
    return plugins_.routes()[route].maxBodyBytes;
  }
  void serve(std::size_t route, api::PluginCall call, api::Reply reply) override;

 private:
  plugin::PluginHost& plugins_;
  std::vector<api::Route> routes_;  // row by row those of the plugin host
};

}  // namespace colibri::app
