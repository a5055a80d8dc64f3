#include "set_request.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <colibri/sdk/plugin.hpp>

#include "envelope.hpp"
#include "json_reader.hpp"
#include "settings.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;

struct Spelling {
  std::string_view theirs, ours;
};
constexpr auto kSpellings = std::to_array<Spelling>({{"webhookUrl", "url"},
                                                     {"webhookEvents", "events"},
                                                     {"webhookByEvents", "byEvents"},
                                                     {"webhook_by_events", "byEvents"},
                                                     {"webhookBase64", "base64"},
                                                     {"webhook_base64", "base64"},
                                                     {"webhookHeaders", "headers"}});
constexpr auto kKnown = std::to_array<std::string_view>(
    {"enabled", "url", "events", "byEvents", "base64", "headers", "secret"});

json::object read(std::string_view text) {
  return text.empty() ? json::object() : json::parse({text.data(), text.size()}).as_object();
}

/// What speaks of the webhook: the object of that name, or all of the body.
const json::object& members(const json::object& body, bool v2) {
  const auto* webhook = objectAt(body, "webhook");
  if (webhook == nullptr) return body;
  if (!v2) refuseUnknownKeys(body, {"webhook"});
  return *webhook;
}

json::object inOurWords(const json::object& from, bool dropUnknown) {
  json::object out;
  for (const auto& [key, value] : from) {
    const auto spelling = std::find_if(kSpellings.begin(), kSpellings.end(),
                                       [&](const Spelling& s) { return s.theirs == key; });
    const std::string_view name =
        spelling == kSpellings.end() ? std::string_view(key.data(), key.size()) : spelling->ours;
    const bool known = std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end();
    if ((value.is_null() && name != "secret") || (dropUnknown && !known)) continue;
    if (spelling != kSpellings.end() && from.contains(spelling->ours)) continue;  // ours wins
    out[{name.data(), name.size()}] = value;
  }
  return out;
}

bool isEmpty(const json::value& value) {
  return value.is_null() || value == json::value("");
}

std::string textAt(const json::object& object, std::string_view key) {
  return stringAt(object, key).value_or("");
}

/// Settings as they are kept, with all defaults; the secret only as "there is one".
json::object shown(const colibri_settings& settings) {
  auto object = read(sdk::view(settings.json));
  object["url"] = textAt(object, "url");
  object["hasSecret"] = object.erase("secret") != 0;
  return object;
}

}  // namespace

std::string settingsOfBody(std::string_view body, bool v2, std::string_view before) {
  const auto whole = parseObject(body);
  const auto& wanted = members(whole, v2);
  // In a flat v2 body the members of other features lie beside ours.
  auto settings = inOurWords(wanted, v2 && &wanted == &whole);
  const bool enabled = boolAt(settings, "enabled").value_or(true);
  if (const auto* url = settings.if_contains("url"); url != nullptr && !enabled && isEmpty(*url))
    settings.erase("url");
  if (!enabled && v2) settings["events"] = json::array();  // as v2 gateways do
  if (const auto* secret = settings.if_contains("secret")) {
    if (isEmpty(*secret)) settings.erase("secret");
  } else if (auto old = read(before); old.contains("secret")) {
    settings["secret"] = old["secret"];
  }
  auto text = json::serialize(settings);
  parseSettings(text);
  return text;
}

std::string answerNative(std::string_view instanceName, const colibri_settings* settings) {
  json::object answer{{"instance", json::string_view(instanceName.data(), instanceName.size())},
                      {"webhook", nullptr}};
  if (settings != nullptr) answer["webhook"] = shown(*settings);
  return json::serialize(answer);
}

std::string answerV2(std::string_view instanceId, const colibri_settings* settings) {
  if (settings == nullptr) return "null";
  const json::string_view id(instanceId.data(), instanceId.size());
  auto from = shown(*settings);
  return json::serialize(json::object{{"id", id},
                                      {"url", from["url"]},
                                      {"headers", from["headers"]},
                                      {"enabled", settings->enabled != 0},
                                      {"events", from["events"]},
                                      {"webhookByEvents", from["byEvents"]},
                                      {"webhookBase64", from["base64"]},
                                      {"createdAt", isoTime(settings->created_at_us)},
                                      {"updatedAt", isoTime(settings->updated_at_us)},
                                      {"instanceId", id}});
}

}  // namespace colibri::webhook
