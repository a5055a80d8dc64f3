#include "form.hpp"

#include <array>

#include "configuration.hpp"

namespace colibri::websocket {
namespace {

constexpr auto kMembers = std::to_array<std::string_view>({"enabled", "events"});
constexpr auto kSpellings =
    std::to_array<event_settings::Spelling>({{"websocketEvents", "events"},
                                             {"websocket_events", "events"},
                                             {"websocketEnabled", "enabled"},
                                             {"websocket_enabled", "enabled"}});

}  // namespace

const event_settings::Form& form() noexcept {
  static constexpr event_settings::Form kForm{
      .alias = "websocket", .members = kMembers, .upserted = kMembers, .spellings = kSpellings};
  return kForm;
}

}  // namespace colibri::websocket
