#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace colibri::instances {

/// One plugin's settings for one instance, as they are kept: the plugin's object and what the host
/// has to know of it. All of it is one sealed text in one row, so a crash never leaves a part.
struct KeptSettings {
  std::string json;
  bool enabled = true;  ///< false: kept to be shown, the plugin hears of none
  /// The events after this sequence count: 0 for those an instance was created with, else the log's
  /// head when they were enabled. A lane never starts before it, whatever its cursor says.
  std::uint64_t from = 0;
  std::int64_t createdAtUs = 0, updatedAtUs = 0;

  /// What the plugin hears: empty = OFF.
  const std::string& inForce() const noexcept;
};

/// False for an object whose member `enabled` is false.
bool saysEnabled(const std::string& json);

std::string writeSettings(const KeptSettings& settings);
/// What writeSettings() wrote; or an object alone, as it was kept before settings could change:
/// then it is from the instance's creation. [Errors] rejected.
Result<KeptSettings> readSettings(std::string text, std::int64_t instanceCreatedAtUs);

}  // namespace colibri::instances
