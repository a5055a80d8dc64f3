#include "api/plugins_controller.hpp"

#include <boost/json.hpp>

#include "api/rules.hpp"

namespace colibri::api {

void PluginsController::serve(Call call) const {
  const auto body = parseObject(call.request.body);
  if (!body) return call.reply(failure(body.error()));
  // Written anew: a plugin's parser cannot read another meaning out of it than ours did.
  plugins_.serve(call.match.route->plugin,
                 {.instance = std::move(call.instance),
                  .v2 = call.match.dialect == Dialect::v2,
                  .query = call.request.query.items(),
                  .bodyJson = boost::json::serialize(*body)},
                 std::move(call.reply));
}

}  // namespace colibri::api
