#include "settings.hpp"

#include <array>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::rabbitmq {
namespace {

namespace json = boost::json;
using namespace event_settings;

constexpr auto kMembers = std::to_array<std::string_view>({"enabled", "events"});

}  // namespace

Settings parseSettings(std::string_view text, bool hasBroker) {
  const auto object = parseObject(text);
  refuseUnknownKeys(object, {"enabled", "events"});
  Settings settings;
  settings.enabled = boolAt(object, "enabled").value_or(true);
  if (settings.enabled && !hasBroker)
    refuse("enabled",
           "must be false: this gateway has no broker (plugins.rabbitmq.uri, RABBITMQ_URI)");
  if (const auto* events = arrayAt(object, "events")) settings.events = readEvents(*events);
  return settings;
}

event_settings::Form formFor(bool hasBroker) noexcept {
  return {.alias = "rabbitmq",
          .members = kMembers,
          .check = hasBroker ? [](std::string_view text) { parseSettings(text, true); }
                             : [](std::string_view text) { parseSettings(text, false); }};
}

}  // namespace colibri::rabbitmq
