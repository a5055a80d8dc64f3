#include "app/plugin_commands.hpp"

#include <utility>

#include "shared/json.hpp"

namespace colibri::app {

void PluginCommands::submit(InstanceKey instance, plugin::CheckedCommand command,
                            std::string idempotencyKey, std::string origin,
                            commands::CommandDone done) {
  commands::CommandRequest request;
  request.instance = registry_.get(instance);
  if (!request.instance || request.instance->deleting)
    return done({Error{Errc::notFound, "there is no such instance"}, {}});
  request.name = std::move(command.name);
  request.effect = command.effect;
  request.body = std::move(command.body);
  request.idempotencyKey = std::move(idempotencyKey);
  request.origin = std::move(origin);
  service_.submit(std::move(request), std::move(done));
}

Result<plugin::CheckedCommand> AnyOperation::check(std::string_view name, std::string body) const {
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || body[first] != '{' ||
      !shared::isJson(body, shared::kLargeJson.depth))
    return Error{Errc::invalidArgument, "the body is no JSON object"};
  shared::JsonPlace places[] = {{"", "number"}};
  shared::findInJson(body, shared::kLargeJson.depth, places);
  const auto effect =
      name.starts_with("message.") ? commands::Effect::message : commands::Effect::once;
  return plugin::CheckedCommand{std::string(name), std::move(body), effect,
                                std::move(places[0].text).value_or(std::string())};
}

}  // namespace colibri::app
