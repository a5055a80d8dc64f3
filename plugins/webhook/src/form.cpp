#include "form.hpp"

#include <array>

#include "event_settings/json_reader.hpp"
#include "settings.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;
using event_settings::Spelling;

constexpr auto kMembers = std::to_array<std::string_view>(
    {"enabled", "url", "events", "byEvents", "base64", "headers", "secret"});
constexpr auto kSpellings = std::to_array<Spelling>({{"webhookUrl", "url"},
                                                     {"webhookEvents", "events"},
                                                     {"webhookByEvents", "byEvents"},
                                                     {"webhook_by_events", "byEvents"},
                                                     {"webhookBase64", "base64"},
                                                     {"webhook_base64", "base64"},
                                                     {"webhookHeaders", "headers"}});

json::object shown(json::object settings) {
  settings["url"] = event_settings::stringAt(settings, "url").value_or("");
  settings["hasSecret"] = settings.erase("secret") != 0;
  return settings;
}

json::object row(json::object shown, bool enabled) {
  return {{"url", shown["url"]},
          {"headers", shown["headers"]},
          {"enabled", enabled},
          {"events", shown["events"]},
          {"webhookByEvents", shown["byEvents"]},
          {"webhookBase64", shown["base64"]}};
}

}  // namespace

const event_settings::Form& form() noexcept {
  static constexpr event_settings::Form kForm{
      .alias = "webhook",
      .members = kMembers,
      .spellings = kSpellings,
      .secret = "secret",
      .check = [](std::string_view text) { parseSettings(text); },
      .shown = shown,
      .row = row};
  return kForm;
}

}  // namespace colibri::webhook
