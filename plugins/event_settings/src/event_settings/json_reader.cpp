#include "event_settings/json_reader.hpp"

#include <algorithm>
#include <colibri/sdk/plugin.hpp>

#include "shared/json.hpp"

namespace colibri::event_settings {

namespace json = boost::json;

void refuse(std::string_view key, std::string_view sentence) {
  throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, std::string(key) + ": " + std::string(sentence));
}

json::object parseObject(std::string_view text) {
  auto parsed = shared::parseJson(text, {.depth = 8});
  if (parsed.fault)
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT,
                     "not a JSON object that is read: it " + parsed.fault->what);
  if (!parsed.value.is_object()) throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "not a JSON object");
  return std::move(parsed.value.as_object());
}

void refuseUnknownKeys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string allowed;
    for (const auto name : known) allowed.append(allowed.empty() ? "" : ", ").append(name);
    refuse(key.substr(0, 64), "unknown key, allowed: " + allowed);
  }
}

std::optional<std::string> stringAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(key, "must be a string");
  return std::string(value->as_string());
}

std::optional<bool> boolAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) refuse(key, "must be true or false");
  return value->as_bool();
}

std::optional<std::int64_t> integerAt(const json::object& object, std::string_view key,
                                      std::int64_t least, std::int64_t most) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr) return std::nullopt;
  json::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error || number < least || number > most)
    refuse(key,
           "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return number;
}

const json::object* objectAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value != nullptr && !value->is_object()) refuse(key, "must be an object");
  return value == nullptr ? nullptr : &value->as_object();
}

const json::array* arrayAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value != nullptr && !value->is_array()) refuse(key, "must be a list");
  return value == nullptr ? nullptr : &value->as_array();
}

}  // namespace colibri::event_settings
