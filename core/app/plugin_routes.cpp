#include "app/plugin_routes.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace colibri::app {
namespace {

/// The headers that keep a browser from making more of a plugin's bytes than their type says, and
/// anybody from keeping them, unless the plugin says how long.
api::Answer answerOfRoute(plugin::RouteAnswer answer) {
  constexpr int kFirstError = 400;
  const bool json = answer.contentType.empty();
  auto out = json && answer.status >= kFirstError
                 ? api::failure(answer.status, std::move(answer.sentences))
                 : api::Answer{answer.status, std::move(answer.body)};
  out.headers = std::move(answer.headers);
  if (json) return out;
  out.contentType = std::move(answer.contentType);
  out.headers.emplace_back("X-Content-Type-Options", "nosniff");
  const auto isKept = [](const auto& header) { return header.first == "cache-control"; };
  if (std::ranges::none_of(out.headers, isKept))
    out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

}  // namespace

PluginHostRoutes::PluginHostRoutes(plugin::PluginHost& plugins) : plugins_(plugins) {
  for (const auto& route : plugins.routes())
    routes_.push_back(api::routeOf(*route.operation, routes_.size()));
}

std::vector<std::string> PluginHostRoutes::words() const {
  std::vector<std::string> words;
  for (const auto& route : routes_) words.push_back(lowerCase(route.router));
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

void PluginHostRoutes::serve(std::size_t route, api::PluginCall call, api::Reply reply) {
  plugin::RouteCall to;
  if (call.instance) {
    to.instance = call.instance->row.key;
    to.instanceId = call.instance->row.id;
    to.instanceName = call.instance->row.name;
  }
  to.v2 = call.v2;
  to.params = std::move(call.params);
  to.query = std::move(call.query);
  to.headers = std::move(call.headers);
  to.body = std::move(call.body);
  to.sender = std::move(call.sender);
  plugins_.serve(route, std::move(to),
                 [reply = std::move(reply)](Result<plugin::RouteAnswer> answer) mutable {
                   reply(answer ? answerOfRoute(std::move(*answer)) : api::failure(answer.error()));
                 });
}

}  // namespace colibri::app
