#include "config/settings_schema.hpp"

#include <boost/json/array.hpp>

#include "base/assert.hpp"
#include "config/schema_node.hpp"
#include "config/violation.hpp"
#include "shared/event_names.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kV2 = R"({"type":"object","additionalProperties":false,"properties":{
  "flat":{"type":"string"},
  "allEvents":{"type":"string"},
  "nothing":{"type":"object","additionalProperties":false,"required":["member","word","said"],
    "properties":{"member":{"type":"string"},"word":{"type":"string"},"said":{"type":"string"}}},
  "created":{"type":"object","additionalProperties":{"type":"string"}},
  "masked":{"type":"array","items":{"type":"string","pattern":"^[^.]+\\.[^.]+$"}},
  "row":{"type":"object","additionalProperties":false,"required":["name","members"],"properties":{
    "name":{"type":"string"},"members":{"type":"object","additionalProperties":{"type":"string"}}}}
}})";
constexpr std::string_view kCreate = R"({"type":"object","additionalProperties":false,"properties":{
  "qrcode":{"type":"boolean"},
  "claims":{"type":"object","additionalProperties":false,"properties":{
    "token":{"type":"string"},"number":{"type":"string"},"businessId":{"type":"string"}}}
}})";
constexpr std::string_view kMask = "***";

/// What the schema says under `name`, if its form is that of `form`.
Result<json::object> extension(const Schema& rules, std::string_view name, std::string_view form) {
  const auto* said = rules.extensions().if_contains(name);
  if (said == nullptr) return json::object();
  const auto schema = Schema::parse(form);
  COLIBRI_ASSERT(schema);
  auto value = *said;
  if (const auto wrong = schema->apply(value, name); !wrong.empty())
    return Error{Errc::invalidArgument, wrong[0].sentence()};
  return std::move(value.get_object());
}

std::string_view textAt(const json::object& from, std::string_view member) {
  const auto* value = from.if_contains(member);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

const json::object& objectAt(const json::object& from, std::string_view member) {
  static const json::object kNone;
  const auto* value = from.if_contains(member);
  return value == nullptr ? kNone : value->get_object();
}

/// `byEvents` for `mineByEvents`; empty if `key` is not `alias` with a name behind it.
std::string memberName(std::string_view key, std::string_view alias) {
  if (!key.starts_with(alias) || key.size() == alias.size()) return {};
  std::string name(key.substr(alias.size()));
  if (name[0] < 'A' || name[0] > 'Z') return {};
  name[0] = static_cast<char>(name[0] + ('a' - 'A'));
  return name;
}

/// The members of `from` whose names begin with `alias`, without it.
json::object unprefixed(const json::object& from, std::string_view alias) {
  json::object members;
  for (const auto& [key, value] : from)
    if (auto name = memberName(key, alias); !name.empty() && !value.is_null())
      members.emplace(name, value);
  return members;
}

json::object members(const json::object& names, const json::object& settings) {
  json::object out;
  for (const auto& [theirs, ours] : names)
    if (const auto* value = settings.if_contains(ours.get_string())) out[theirs] = *value;
  return out;
}

std::string pathOf(std::string_view alias, const json::value& setting) {
  return childPath(alias, setting.get_string());
}

bool isEmptyList(const json::object& settings, std::string_view member) {
  const auto* value = settings.if_contains(member);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return value == nullptr || (list != nullptr && list->empty());
}

json::array allEvents() {
  json::array names;
  for (const auto& event : shared::kEventNamesOfV2) names.emplace_back(event.filter);
  return names;
}

}  // namespace

json::value settingsOfV2(std::string_view alias, const json::object& body, std::string_view flat) {
  const auto* own = body.if_contains(alias);
  if (own != nullptr && !own->is_null()) {
    const auto* settings = own->if_object();
    if (settings == nullptr) return *own;
    auto renamed = unprefixed(*settings, alias);
    for (const auto& [key, value] : *settings)
      if (memberName(key, alias).empty()) renamed[key] = value;
    return renamed;
  }
  auto members = unprefixed(body, alias);
  const auto* said = members.if_contains(flat);
  const bool asks = said != nullptr && *said != json::value("") && *said != json::value(false);
  return asks ? json::value(std::move(members)) : json::value();
}

Result<SettingsSchema> SettingsSchema::parse(std::string_view text) {
  auto rules = Schema::parse(text);
  if (!rules) return rules.error();
  auto v2 = extension(*rules, "x-colibri-v2", kV2);
  if (!v2) return v2.error();
  auto create = extension(*rules, "x-colibri-create", kCreate);
  if (!create) return create.error();
  for (const auto& [member, setting] : objectAt(*create, "claims"))
    if (!rules->has(setting.get_string()))
      return Error{Errc::invalidArgument, "x-colibri-create.claims." + std::string(member) +
                                              ": there is no such property"};
  return SettingsSchema(std::move(*rules), std::move(*v2), std::move(*create));
}

json::value SettingsSchema::ofV2(std::string_view alias, const json::object& body) const {
  const auto flat = textAt(v2_, "flat");
  return settingsOfV2(alias, body, flat.empty() ? "enabled" : flat);
}

json::object SettingsSchema::fromV2(json::object settings) const {
  if (const auto events = textAt(v2_, "allEvents");
      !events.empty() && isEmptyList(settings, events))
    settings[events] = allEvents();
  const auto& nothing = objectAt(v2_, "nothing");
  if (nothing.empty() || textAt(settings, textAt(nothing, "member")) != textAt(nothing, "word"))
    return settings;
  const auto* enabled = settings.if_contains("enabled");
  settings[textAt(nothing, "said")] = enabled == nullptr ? json::value(true) : *enabled;
  settings["enabled"] = false;
  settings.erase(textAt(nothing, "member"));
  return settings;
}

/// The reverse of fromV2(), and no events natively are all of them there.
json::object SettingsSchema::inWordsOfV2(json::object settings, bool& enabled) const {
  const auto& nothing = objectAt(v2_, "nothing");
  if (const auto* said =
          nothing.empty() ? nullptr : settings.if_contains(textAt(nothing, "said"))) {
    enabled = *said == json::value(true);
    settings[textAt(nothing, "member")] = textAt(nothing, "word");
  }
  const auto events = textAt(v2_, "allEvents");
  if (enabled && !events.empty() && isEmptyList(settings, events)) settings[events] = allEvents();
  if (const auto* masked = v2_.if_contains("masked")) {
    for (const auto& way : masked->get_array()) {
      const std::string_view text = way.get_string();
      auto* parent = settings.if_contains(text.substr(0, text.find('.')));
      auto* object = parent == nullptr ? nullptr : parent->if_object();
      auto* value =
          object == nullptr ? nullptr : object->if_contains(text.substr(text.find('.') + 1));
      if (value != nullptr) *value = kMask;
    }
  }
  settings["enabled"] = enabled;
  return settings;
}

json::value SettingsSchema::createdV2(json::object settings) const {
  if (!v2_.contains("created")) return nullptr;
  bool enabled = settings["enabled"] != json::value(false);
  return members(objectAt(v2_, "created"), inWordsOfV2(std::move(settings), enabled));
}

std::string_view SettingsSchema::rowName() const {
  return textAt(objectAt(v2_, "row"), "name");
}

json::object SettingsSchema::rowV2(json::object settings, bool enabled) const {
  return members(objectAt(objectAt(v2_, "row"), "members"),
                 inWordsOfV2(std::move(settings), enabled));
}

bool SettingsSchema::hasQrCode() const {
  const auto* said = create_.if_contains("qrcode");
  return said != nullptr && said->get_bool();
}

const json::object& SettingsSchema::claims() const {
  return objectAt(create_, "claims");
}

std::vector<Violation> SettingsSchema::take(std::string_view alias, json::object& body) const {
  std::vector<Violation> faults;
  if (claims().empty()) return faults;
  if (body[alias].is_null()) body[alias] = json::object();
  for (const auto& [member, setting] : claims()) {
    const auto* given = body.if_contains(member);
    if (given == nullptr) continue;
    const auto value = *given;
    body.erase(member);
    auto* settings = body[alias].if_object();
    if (settings == nullptr || value == json::value("")) continue;
    if (!settings->emplace(setting.get_string(), value).second)
      faults.push_back({member, "is given twice, also as " + pathOf(alias, setting), ""});
  }
  return faults;
}

std::vector<Violation> SettingsSchema::apply(json::value& settings, std::string_view alias) const {
  auto faults = rules_.apply(settings, alias);
  for (auto& fault : faults) {
    for (const auto& [member, setting] : claims()) {
      const auto path = pathOf(alias, setting);
      if (fault.path != path) continue;
      const std::string name(member);
      fault.path = name;
      if (const auto at = fault.v2.find(path); at != fault.v2.npos)
        fault.v2.replace(at, path.size(), name);
      else if (!fault.v2.empty())
        fault.v2 = name + " is required";
    }
  }
  return faults;
}

json::value SettingsSchema::businessId(const json::object& settings) const {
  const auto setting = textAt(claims(), "businessId");
  for (const auto& key : rules_.keys())
    if (key.path.size() == 1 && key.path[0] == setting && key.node->secret) return nullptr;
  const auto* value = settings.if_contains(setting);
  return value == nullptr ? json::value() : *value;
}

}  // namespace colibri::config
