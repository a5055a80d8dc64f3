#pragma once

#include <functional>
#include <string>

#include "api/instances_controller.hpp"
#include "api/messages_controller.hpp"
#include "http/handler.hpp"

namespace colibri::api {

/// What the gateway says of itself.
struct Gateway {
  std::string version;
  std::function<std::string()> pluginsJson;  ///< for GET /plugins
  std::function<std::string()> metricsText;  ///< for GET /metrics
};

/// The public API: route, key, instance, controller - in this order, so that nothing is looked up
/// for a stranger.
///
/// [Threading] every loop thread, concurrently; immutable. Nothing blocks.
class Api final : public http::Handler {
 public:
  Api(AccessControl access, Dialect rootDialect, InstancesController instances,
      MessagesController messages, const instances::Registry& registry, Gateway gateway);

  void handle(http::Request request, http::Responder responder) override;

 private:
  void dispatch(Call call) const;

  AccessControl access_;
  Dialect rootDialect_;
  InstancesController instances_;
  MessagesController messages_;
  const instances::Registry& registry_;
  Gateway gateway_;
};

}  // namespace colibri::api
