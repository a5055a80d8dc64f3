#include "api/plugins_controller.hpp"

#include <boost/json.hpp>

#include "base/ascii.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

PluginCall::Fields paramsFor(const Match& match) {
  PluginCall::Fields params;
  const auto& names = match.route->operation->params;
  for (std::size_t i = 0; i < names.size(); ++i) params.emplace_back(names[i], match.params.at(i));
  return params;
}

/// Texts as they are, everything else as JSON writes it.
PluginCall::Fields queryFor(const json::object& checked) {
  PluginCall::Fields query;
  for (const auto& [name, value] : checked)
    query.emplace_back(
        name, value.is_string() ? std::string(value.get_string()) : json::serialize(value));
  return query;
}

/// What identifies a sender here is nobody's business behind the door. Where the plugin is the
/// door, `authorization` is for it.
PluginCall::Fields headersFor(const http::Headers& from, bool keyless) {
  PluginCall::Fields headers;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto [name, value] = from.at(i);
    if (sameIgnoringCase(name, "apikey") || sameIgnoringCase(name, "cookie")) continue;
    if (!keyless && sameIgnoringCase(name, "authorization")) continue;
    headers.emplace_back(name, value);
  }
  return headers;
}

}  // namespace

instances::InstancePtr PluginsController::namedIn(const Match& match,
                                                  const instances::Registry& registry) {
  const auto& names = match.route->operation->params;
  if (match.route->access != Access::anyone || names.empty() || names.back() != "instance")
    return nullptr;
  return registry.findByName(match.params.back());
}

void PluginsController::serve(Call call) const {
  const auto& operation = *call.match.route->operation;
  PluginCall to{.instance = std::move(call.instance),
                .v2 = call.match.dialect == Dialect::v2,
                .params = paramsFor(call.match),
                .query = queryFor(call.brought.query),
                .headers = {},
                .body = {},
                .sender = std::move(call.sender)};
  if (operation.raw) {
    if (operation.query.empty()) to.query = call.request.query.items();
    to.headers = headersFor(call.request.headers, operation.access == Access::anyone);
    to.body = std::move(call.request.body);
  } else {
    // Written anew: a plugin's parser cannot read another meaning out of it than ours did.
    to.body = json::serialize(call.brought.body);
  }
  plugins_.serve(call.match.route->plugin, std::move(to), std::move(call.reply));
}

}  // namespace colibri::api
