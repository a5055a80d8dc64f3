#pragma once

#include <functional>
#include <string>

#include "api/client_address.hpp"
#include "api/cors.hpp"
#include "api/deliveries_controller.hpp"
#include "api/failed_keys.hpp"
#include "api/instances_controller.hpp"
#include "api/messages_controller.hpp"
#include "api/plugins_controller.hpp"
#include "api/web_mounts.hpp"
#include "http/handler.hpp"

namespace colibri::api {

/// What the gateway says of itself.
struct Gateway {
  std::string version;
  std::function<std::string()> pluginsJson;  ///< for GET /plugins
  std::function<std::string()> metricsText;  ///< for GET /metrics
};

/// What a request passes before a controller sees it.
struct Entrance {
  AccessControl access;
  FailedKeys& failures;  ///< outlives the Api
  ClientAddress clients = ClientAddress();
  Cors cors = Cors();
  Dialect rootDialect = Dialect::native;
};

/// The public API: route, key, instance, controller - in this order, so that nothing is looked up
/// for a stranger.
///
/// [Threading] every loop thread, concurrently; immutable. Nothing blocks.
class Api final : public http::Handler {
 public:
  Api(Entrance entrance, InstancesController instances, MessagesController messages,
      DeliveriesController deliveries, PluginsController plugins,
      const instances::Registry& registry, Gateway gateway, WebMounts* mounts = nullptr);

  http::BodyPolicy bodyPolicy(const http::Head& head) override;
  void handle(http::Request request, http::Responder responder) override;

 private:
  std::optional<MountMatch> mountOf(const http::Head& head) const;
  void enter(MountMatch match, http::Request request, http::Responder responder);
  /// To a wrong key: 401, or 429 once its sender had enough of them.
  Answer refusal(const http::Request& request) const;
  void dispatch(Call call) const;

  Entrance entrance_;
  InstancesController instances_;
  MessagesController messages_;
  DeliveriesController deliveries_;
  PluginsController plugins_;
  const instances::Registry& registry_;
  Gateway gateway_;
  WebMounts* const mounts_;  ///< may be null; outlives the Api
};

}  // namespace colibri::api
