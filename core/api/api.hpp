#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "api/client_address.hpp"
#include "api/cors.hpp"
#include "api/deliveries_controller.hpp"
#include "api/instances_controller.hpp"
#include "api/messages_controller.hpp"
#include "api/plugins_controller.hpp"
#include "api/web_mounts.hpp"
#include "base/seats.hpp"
#include "http/handler.hpp"

namespace colibri::api {

/// What the gateway says of itself.
struct Gateway {
  std::string version;
  std::function<std::string()> pluginsJson;  ///< for GET /plugins
  std::function<std::string()> metricsText;  ///< for GET /metrics
  /// For GET /ready: why not, in a few words for everyone; nothing = it is.
  std::function<std::optional<std::string>()> trouble;
};

/// What a request passes before a controller sees it.
struct Entrance {
  AccessControl access;
  Seats& inFlight;  ///< of an instance's key: requests that are not answered yet; outlives the Api
  ClientAddress clients = ClientAddress();
  Cors cors = Cors();
  Dialect rootDialect = Dialect::native;
};

/// The public API: route, key, instance, controller - in this order, so that nothing is looked up
/// for a stranger. All but the controller is done by the head of a request alone: whoever may not
/// come in is told so before any of the body is kept.
///
/// [Threading] every loop thread, concurrently; immutable. Nothing blocks.
class Api final : public http::Handler {
 public:
  Api(Entrance entrance, InstancesController instances, MessagesController messages,
      DeliveriesController deliveries, PluginsController plugins,
      const instances::Registry& registry, Gateway gateway, WebMounts* mounts = nullptr);

  http::Admission admit(const http::Head& head) override;

 private:
  std::optional<MountMatch> mountOf(const http::Head& head) const;
  http::Admission admitTo(Match match, const http::Head& head);
  http::Admission enter(MountMatch match, const http::Head& head);
  void open(const MountMatch& match, WebCall call, http::Responder responder,
            Cors::Fields cors) const;
  net::IpAddress clientOf(const http::Head& head) const;
  http::Payer payerOf(const Caller& caller, const http::Head& head) const;
  Answer ofAnyone(Action action) const;
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
