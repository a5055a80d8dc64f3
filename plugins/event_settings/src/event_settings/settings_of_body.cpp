#include "event_settings/settings_of_body.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"
#include "shared/json.hpp"

namespace colibri::event_settings {
namespace {

namespace json = boost::json;

bool isOneOf(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What speaks of the plugin: the object of that name, or all of the body.
const json::object& wanted(const Form& form, const json::object& body) {
  const auto* own = body.if_contains(text(form.alias));
  return own == nullptr || !own->is_object() ? body : own->get_object();
}

json::object inOurWords(const Form& form, const json::object& from) {
  json::object out;
  for (const auto& [key, value] : from) {
    const auto spelling =
        std::find_if(form.spellings.begin(), form.spellings.end(),
                     [&name = key](const Spelling& s) { return s.theirs == name; });
    const bool ours = spelling == form.spellings.end();
    const auto name = ours ? std::string_view(key.data(), key.size()) : spelling->ours;
    if (value.is_null() && !isOneOf(form.nullable, name)) continue;
    // Ours wins; its null does not.
    if (const auto* own = from.if_contains(text(name)); !ours && own != nullptr && !own->is_null())
      continue;
    out[text(name)] = value;
  }
  return out;
}

void leaveAsItIs(const Form& form, json::object& settings, json::object before) {
  if (form.toV2 != nullptr) form.toV2(before);
  for (const auto member : form.upserted)
    if (auto* value = before.if_contains(text(member)); value != nullptr)
      settings.emplace(text(member), std::move(*value));
}

/// As forms send them for what is switched off.
void dropEmpty(const Form& form, json::object& settings) {
  for (const auto member : form.members)
    if (const auto* value = settings.if_contains(text(member));
        value != nullptr && *value == json::value("") && !isOneOf(form.nullable, member))
      settings.erase(text(member));
}

void eventsAsThere(json::object& settings) {
  if (boolAt(settings, "enabled").value_or(true)) {
    settings["events"] = namedEvents(settings["events"]);
    return;
  }
  settings["events"] = json::array();
}

}  // namespace

std::string settingsOfBody(const Form& form, std::string_view body, bool v2,
                           std::string_view before, std::int64_t nowUs) {
  const auto whole = parseObject(body);
  auto settings = inOurWords(form, wanted(form, whole));
  const auto kept = before.empty() ? json::object() : shared::parseJson(before).value.as_object();
  const bool disables = boolAt(settings, "enabled") == false;
  if (v2) leaveAsItIs(form, settings, kept);
  if (disables) dropEmpty(form, settings);
  if (v2) eventsAsThere(settings);
  if (form.carryOver != nullptr) form.carryOver(settings, kept, nowUs);
  if (v2 && form.fromV2 != nullptr) form.fromV2(settings);
  return json::serialize(settings);
}

}  // namespace colibri::event_settings
