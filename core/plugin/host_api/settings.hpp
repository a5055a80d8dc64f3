#pragma once

#include <colibri/abi/ext/settings.h>

#include <atomic>
#include <optional>

#include "config/schema.hpp"
#include "instances/settings_keeper.hpp"
#include "plugin/callee.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.settings/1" of one plugin object: it changes its own settings and nobody else's.
///
/// [Threading] any thread, after attach().
class SettingsApi {
 public:
  SettingsApi(Callee& callee, const Ports& ports) : callee_(callee), ports_(ports) {}

  /// After init(). [Errors] rejected: the schema is none.
  Result<void> attach(const colibri_plugin_settings* table, std::string_view schema);

  /// Asks the plugin about settings that its schema has let through. [Errors] invalidArgument: a
  /// sentence that begins with the path; unavailable: it does not run; what else it failed with.
  Result<void> check(std::string_view json) const;

  colibri_status put(InstanceKey instance, colibri_str json, std::uint64_t token,
                     colibri_error* err);
  colibri_status get(InstanceKey instance, std::uint64_t token, colibri_error* err);

  static const colibri_host_settings kTable;

 private:
  Result<void> admit(InstanceKey instance);
  void answer(InstanceKey instance, std::uint64_t token,
              Result<std::optional<instances::KeptSettings>> settings);

  Callee& callee_;
  const Ports& ports_;
  const colibri_plugin_settings* table_ = nullptr;
  std::optional<config::Schema> schema_;
  std::atomic<unsigned> open_{0};
};

}  // namespace colibri::plugin
