#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace colibri::websocket {

/// The plugin's own section of the configuration.
struct Configuration {
  bool enabled = true, globalEvents = false;
  std::chrono::milliseconds recovery{120'000}, pingInterval{25'000}, pingTimeout{20'000};
  std::size_t clientsPerInstance = 10'000;
  bool namesAllowedHosts = false;  ///< somebody thinks that an address is enough
};

/// [Errors] both throw sdk::Error: the key and what is allowed, never a value.
Configuration parseConfiguration(std::string_view text);
/// The filter of an instance's settings; nothing: its events are off.
std::optional<std::string> filterOfSettings(std::string_view text);

}  // namespace colibri::websocket
