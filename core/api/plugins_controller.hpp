#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"

namespace colibri::api {

/// One request to a plugin, once it is admitted and checked.
struct PluginCall {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  instances::InstancePtr instance;  ///< null: a route without one
  bool v2 = false;
  Fields params, query;
  Fields headers;    ///< of a raw route
  std::string body;  ///< of a raw route the bytes, else a JSON object
  std::string sender;
};

/// The routes that plugins serve (core/app connects them to the plugin host).
///
/// [Threading] any thread; the table never changes.
class PluginRoutes {
 public:
  virtual ~PluginRoutes() = default;
  /// Each with the operation that its plugin brought; `plugin` counts them.
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
  /// The instance that a route without a key names, for the plugin to know; null if there is none,
  /// of which the caller learns nothing here.
  static instances::InstancePtr namedIn(const Match& match, const instances::Registry& registry);

 private:
  PluginRoutes& plugins_;
};

}  // namespace colibri::api
