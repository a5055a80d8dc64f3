#pragma once

#include <string>

#include "plugin/instance_directory.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// Whether a plugin may act for an instance: it exists, and has settings of the plugin in force.
/// [Threading] any thread. [Errors] notFound, forbidden.
inline Result<void> checkOwn(InstanceKey instance, const std::string& alias, const Ports& ports,
                             const InstanceDirectory& instances) {
  if (!instances.has(instance)) return Error{Errc::notFound, "there is no such instance"};
  const auto settings = ports.settings.settingsOf(instance, alias);
  if (settings && !settings->inForce().empty()) return {};
  return Error{Errc::forbidden, "the instance has no settings of the plugin \"" + alias + "\""};
}

}  // namespace colibri::plugin
