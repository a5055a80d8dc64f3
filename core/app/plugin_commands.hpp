#pragma once

#include "commands/command_service.hpp"
#include "instances/registry.hpp"
#include "plugin/ports.hpp"

namespace colibri::app {

/// Commands of plugins, to the service that carries out the API's.
///
/// [Threading] any thread. [Ownership] both outlive it.
class PluginCommands final : public plugin::CommandPort {
 public:
  PluginCommands(const instances::Registry& registry, commands::CommandService& service)
      : registry_(registry), service_(service) {}
  void submit(InstanceKey instance, plugin::CheckedCommand command, std::string idempotencyKey,
              std::string origin, commands::CommandDone done) override;

 private:
  const instances::Registry& registry_;
  commands::CommandService& service_;
};

}  // namespace colibri::app
