#include "configuration.hpp"

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::rabbitmq {
namespace {

namespace json = boost::json;
using namespace event_settings;

std::optional<GlobalExchange> readGlobal(const json::object& object, std::string exchange,
                                         std::string prefix) {
  refuseUnknownKeys(object, {"enabled", "events"});
  if (!boolAt(object, "enabled").value_or(false)) return std::nullopt;
  const auto* switches = objectAt(object, "events");
  GlobalExchange global{.name = std::move(exchange),
                        .prefix = std::move(prefix),
                        .events = readSwitches(switches == nullptr ? json::object() : *switches)};
  if (global.events.empty()) return std::nullopt;  // every one is switched off
  for (const auto& event : global.events)
    if (const auto problem = problemOf(global.routeOf(event)); !problem.empty())
      refuse("prefix_key", problem);
  return global;
}

}  // namespace

Configuration parseConfiguration(std::string_view text) {
  const auto object = parseObject(text);
  refuseUnknownKeys(
      object, {"enabled", "uri", "exchange_name", "prefix_key", "frame_max", "ca_file", "global"});
  Configuration configuration;
  if (const auto uri = stringAt(object, "uri"); uri && !uri->empty())
    configuration.broker = parseBrokerUri(*uri);
  if (const auto bytes = integerAt(object, "frame_max", 4096, 1'048'576))
    configuration.connection.frameMax = static_cast<int>(*bytes);
  configuration.connection.caFile = stringAt(object, "ca_file").value_or("");
  if (const auto* global = objectAt(object, "global"))
    configuration.global =
        readGlobal(*global, stringAt(object, "exchange_name").value_or("evolution_exchange"),
                   stringAt(object, "prefix_key").value_or(""));
  if (!boolAt(object, "enabled").value_or(true)) {
    configuration.broker.reset();
    configuration.global.reset();
  }
  if (configuration.global && !configuration.broker)
    refuse("uri", "is missing: global.enabled needs a broker");
  return configuration;
}

}  // namespace colibri::rabbitmq
