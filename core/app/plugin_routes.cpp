#include "app/plugin_routes.hpp"

#include <utility>

namespace colibri::app {

PluginHostRoutes::PluginHostRoutes(plugin::PluginHost& plugins) : plugins_(plugins) {
  for (const auto& route : plugins.routes()) {
    const auto access = route.ofInstance ? api::Access::instanceKey : api::Access::globalKey;
    routes_.push_back({.access = access,
                       .method = route.method,
                       .router = route.alias,
                       .name = route.action,
                       .ofInstance = route.ofInstance,
                       .plugin = routes_.size()});
  }
}

void PluginHostRoutes::serve(std::size_t route, api::PluginCall call, api::Reply reply) {
  plugin::RouteCall to;
  if (call.instance) {
    to.instance = call.instance->row.key;
    to.instanceId = call.instance->row.id;
    to.instanceName = call.instance->row.name;
  }
  to.v2 = call.v2;
  to.query = std::move(call.query);
  to.bodyJson = std::move(call.bodyJson);
  plugins_.serve(route, std::move(to),
                 [reply = std::move(reply)](Result<plugin::RouteAnswer> answer) mutable {
                   if (!answer) return reply(api::failure(answer.error()));
                   if (answer->status >= 400)
                     return reply(api::failure(answer->status, std::move(answer->sentences)));
                   reply({answer->status, std::move(answer->body)});
                 });
}

}  // namespace colibri::app
