#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "instances/kept_settings.hpp"

namespace colibri::instances {

/// New settings for one plugin, validated and complete.
struct SettingsChange {
  std::string alias, json;
  /// The sequence of the instance's last event now; asked once if the change enables.
  std::function<std::uint64_t()> head;
  Function<void(Result<KeptSettings>)> done;
};

/// Who keeps the settings that plugins change (the Lifecycle).
///
/// [Threading] any thread.
class SettingsKeeper {
 public:
  virtual ~SettingsKeeper() = default;
  /// Durable, then told to the observers, then `done`. Changes of one instance happen one after the
  /// other. [Errors] notFound, the store's: nothing was changed.
  virtual void putSettings(InstanceKey instance, SettingsChange change) = 0;
  /// Nothing: the instance has none of this plugin, or is gone.
  virtual std::optional<KeptSettings> settingsOf(InstanceKey instance,
                                                 const std::string& alias) const = 0;
};

}  // namespace colibri::instances
