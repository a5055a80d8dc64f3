#include "settings.hpp"

#include <array>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::rabbitmq {
namespace {

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
           "must be false: RabbitMQ is disabled on this gateway, it has no broker "
           "(plugins.rabbitmq.uri, RABBITMQ_URI)");
  if (const auto* events = arrayAt(object, "events")) settings.events = readEvents(*events);
  return settings;
}

const event_settings::Form& form() noexcept {
  static constexpr event_settings::Form kForm{
      .alias = "rabbitmq", .members = kMembers, .upserted = kMembers};
  return kForm;
}

}  // namespace colibri::rabbitmq
