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
const json::object& wanted(const Form& form, const json::object& body, bool v2) {
  const auto* own = objectAt(body, form.alias);
  if (own == nullptr) return body;
  if (!v2) refuseUnknownKeys(body, {form.alias});
  return *own;
}

json::object inOurWords(const Form& form, const json::object& from, bool dropUnknown) {
  json::object out;
  for (const auto& [key, value] : from) {
    const auto spelling =
        std::find_if(form.spellings.begin(), form.spellings.end(),
                     [&name = key](const Spelling& s) { return s.theirs == name; });
    const bool ours = spelling == form.spellings.end();
    const auto name = ours ? std::string_view(key.data(), key.size()) : spelling->ours;
    const bool known = isOneOf(form.members, name);
    if ((value.is_null() && !isOneOf(form.nullable, name)) || (dropUnknown && !known)) continue;
    if (!ours && from.contains(text(name))) continue;  // ours wins
    out[text(name)] = value;
  }
  return out;
}

[[noreturn]] void refuseEmpty(const Form& form) {
  std::string sentence = "is empty, it needs at least one of ";
  for (const auto member : form.members)
    sentence.append(member == form.members.front() ? "" : ", ").append(member);
  refuse({}, sentence);
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
  if (const auto* events = arrayAt(settings, "events")) readEvents(*events);  // are they names?
  settings["events"] = json::array();
}

}  // namespace

std::string settingsOfBody(const Form& form, std::string_view body, bool v2,
                           std::string_view before, std::int64_t nowUs) {
  const auto whole = parseObject(body);
  const auto& from = wanted(form, whole, v2);
  // In a flat v2 body the members of other features lie beside ours.
  auto settings = inOurWords(form, from, v2 && &from == &whole);
  if (settings.empty()) refuseEmpty(form);
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
