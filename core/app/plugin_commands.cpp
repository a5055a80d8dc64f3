#include "app/plugin_commands.hpp"

#include <utility>

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
  request.whileLinking = command.whileLinking;
  request.body = std::move(command.body);
  request.messageId = std::move(command.messageId);
  request.idempotencyKey = std::move(idempotencyKey);
  request.origin = std::move(origin);
  service_.submit(std::move(request), std::move(done));
}

}  // namespace colibri::app
