#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"

namespace colibri::api {

/// One request to a plugin, once it is admitted and its body is a JSON object.
struct PluginCall {
  instances::InstancePtr instance;  ///< null: a route without one
  bool v2 = false;
  std::vector<std::pair<std::string, std::string>> query;
  std::string bodyJson;
};

/// The routes that plugins serve (core/app connects them to the plugin host).
///
/// [Threading] any thread; the table never changes.
class PluginRoutes {
 public:
  virtual ~PluginRoutes() = default;
  /// Without an operation of the catalogue; `plugin` counts them.
  virtual std::span<const Route> routes() const noexcept = 0;
  virtual std::size_t bodyLimit(std::size_t route) const noexcept = 0;
  /// Answers in bounded time, whatever the plugin does.
  virtual void serve(std::size_t route, PluginCall call, Reply reply) = 0;
};

/// [Threading] any thread; immutable. Nothing blocks.
class PluginsController {
 public:
  explicit PluginsController(PluginRoutes& plugins) : plugins_(plugins) {}

  std::span<const Route> routes() const noexcept { return plugins_.routes(); }
  std::size_t bodyLimit(const Match& match) const noexcept {
    return plugins_.bodyLimit(match.route->plugin);
  }
  void serve(Call call) const;

 private:
  PluginRoutes& plugins_;
};

}  // namespace colibri::api
