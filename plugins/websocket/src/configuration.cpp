#include "configuration.hpp"

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::websocket {
namespace {

using namespace event_settings;

}  // namespace

Configuration parseConfiguration(std::string_view text) {
  const auto object = parseObject(text);
  refuseUnknownKeys(object, {"enabled", "global_events", "recovery_s", "ping_interval_ms",
                             "ping_timeout_ms", "clients_per_instance", "allowed_hosts"});
  Configuration configuration;
  configuration.enabled = boolAt(object, "enabled").value_or(true);
  configuration.globalEvents = boolAt(object, "global_events").value_or(false);
  if (const auto seconds = integerAt(object, "recovery_s", 1, 3600))
    configuration.recovery = std::chrono::seconds(*seconds);
  if (const auto ms = integerAt(object, "ping_interval_ms", 200, 120'000))
    configuration.pingInterval = std::chrono::milliseconds(*ms);
  if (const auto ms = integerAt(object, "ping_timeout_ms", 200, 120'000))
    configuration.pingTimeout = std::chrono::milliseconds(*ms);
  if (const auto most = integerAt(object, "clients_per_instance", 1, 100'000))
    configuration.clientsPerInstance = static_cast<std::size_t>(*most);
  configuration.namesAllowedHosts = !stringAt(object, "allowed_hosts").value_or("").empty();
  return configuration;
}

std::optional<std::string> filterOfSettings(std::string_view text) {
  const auto object = parseObject(text);
  refuseUnknownKeys(object, {"enabled", "events"});
  const auto* events = arrayAt(object, "events");
  const auto names = events == nullptr ? std::vector<std::string>() : readEvents(*events);
  if (!boolAt(object, "enabled").value_or(true)) return std::nullopt;
  return names.empty() ? filterOfAll() : filterOf(names);
}

}  // namespace colibri::websocket
