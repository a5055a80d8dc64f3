#pragma once

#include <colibri/abi/ext/settings.h>

#include <optional>

#include "config/schema.hpp"
#include "instances/settings_keeper.hpp"
#include "plugin/callee.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.settings/1" of one plugin object: it changes its own settings and nobody else's.
///
/// [Threading] any thread, after attach().
class SettingsApi {
 public:
  SettingsApi(Callee& callee, const Ports& ports);

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
  Result<OpenCalls::Call> begin(InstanceKey instance, std::uint64_t token);
  void answer(const OpenCalls::Call& call, Result<std::optional<instances::KeptSettings>> settings);

  Callee& callee_;
  const Ports& ports_;
  const colibri_plugin_settings* table_ = nullptr;
  std::optional<config::Schema> schema_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
