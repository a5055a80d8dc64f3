#pragma once

#include <colibri/abi/ext/settings.h>

#include <optional>

#include "config/schema.hpp"
#include "instances/settings_keeper.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.settings/1" of one plugin object: it changes its own settings and nobody else's.
///
/// [Threading] any thread, after attach().
class SettingsApi final : public CapabilityOf<colibri_plugin_settings> {
 public:
  explicit SettingsApi(const Surroundings& s);

  /// Asks the plugin about settings that its schema has let through. [Errors] invalidArgument: a
  /// sentence that begins with the path; unavailable: it does not run; what else it failed with.
  Result<void> check(std::string_view json) const;

  colibri_status put(InstanceKey instance, colibri_str json, std::uint64_t token,
                     colibri_error* err);
  colibri_status get(InstanceKey instance, std::uint64_t token, colibri_error* err);

  static const colibri_host_settings kTable;
  static const Capability kCapability;

 private:
  /// [Errors] rejected: the schema is none.
  Result<void> attached(const Introduction& of) override;
  Result<OpenCalls::Call> begin(InstanceKey instance, std::uint64_t token);
  void answer(const OpenCalls::Call& call, Result<std::optional<instances::KeptSettings>> settings);

  Callee& callee_;
  const Ports& ports_;
  std::optional<config::Schema> schema_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
