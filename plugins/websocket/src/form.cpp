#include "form.hpp"

#include <array>

#include "configuration.hpp"

namespace colibri::websocket {
namespace {

namespace json = boost::json;

constexpr auto kMembers = std::to_array<std::string_view>({"enabled", "events"});
constexpr auto kSpellings =
    std::to_array<event_settings::Spelling>({{"websocketEvents", "events"},
                                             {"websocket_events", "events"},
                                             {"websocketEnabled", "enabled"},
                                             {"websocket_enabled", "enabled"}});

json::object row(json::object shown, bool enabled) {
  return {{"enabled", enabled}, {"events", shown["events"]}};
}

}  // namespace

const event_settings::Form& form() noexcept {
  static constexpr event_settings::Form kForm{
      .alias = "websocket",
      .members = kMembers,
      .spellings = kSpellings,
      .check = [](std::string_view text) { filterOfSettings(text); },
      .row = row};
  return kForm;
}

}  // namespace colibri::websocket
