#include "api/body.hpp"

#include <algorithm>

#include "config/violation.hpp"
#include "shared/json.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

std::string placeOf(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto lineStart = before.rfind('\n');
  const auto column = lineStart == before.npos ? before.size() + 1 : before.size() - lineStart;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Result<json::object> parseObject(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) return json::object{};
  auto parsed = shared::parseJson(text);
  if (const auto& fault = parsed.fault)
    return Error{Errc::invalidArgument,
                 "the body " + fault->what + ", at " + placeOf(text, fault->at)};
  if (!parsed.value.is_object())
    return Error{Errc::invalidArgument, "the body must be a JSON object"};
  return std::move(parsed.value.as_object());
}

const json::value* Fields::find(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->as_string());
  wrong(std::string(name) + " must be a string");
  return {};
}

std::string Fields::requiredText(std::string_view name) {
  if (find(name) == nullptr) {
    wrong(std::string(name) + " is required");
    return {};
  }
  return text(name);
}

std::optional<bool> Fields::flag(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->as_bool();
  wrong(std::string(name) + " must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Fields::number(std::string_view name, std::int64_t min,
                                           std::int64_t max) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64() && value->as_int64() >= min && value->as_int64() <= max)
    return value->as_int64();
  wrong(std::string(name) + " must be a whole number from " + std::to_string(min) + " to " +
        std::to_string(max));
  return std::nullopt;
}

const json::object* Fields::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (value->is_object()) return &value->as_object();
  wrong(std::string(name) + " must be an object");
  return nullptr;
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> out;
  if (value->is_array()) {
    for (const auto& item : value->as_array()) {
      if (item.is_string()) out.emplace_back(item.as_string());
    }
    if (out.size() == value->as_array().size()) return out;
  }
  wrong(std::string(name) + " must be an array of strings");
  return std::nullopt;
}

void Fields::only(const std::function<bool(std::string_view)>& known) {
  std::size_t unknown = 0;
  for (const auto& [key, value] : object_) {
    if (known(key) || ++unknown > config::kMaxViolations) continue;
    wrong("\"" + config::shownKey(key) + "\" is not a known member");
  }
  if (unknown > config::kMaxViolations)
    wrong("and " + std::to_string(unknown - config::kMaxViolations) +
          " more members that are not known");
}

std::string tooLong(std::string_view member) {
  return std::string(member) + " is longer than " + std::to_string(kChatMax) + " bytes";
}

}  // namespace colibri::api
