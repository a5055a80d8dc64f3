#include "events/filter.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "events/event_types.hpp"
#include "shared/json.hpp"

namespace colibri::events {
namespace {

constexpr std::size_t kMaxNames = 100;

Error bad(std::string message) {
  return {Errc::invalidArgument, "filter: " + std::move(message)};
}

/// A name of the table, or the beginning of one and `*`.
bool isCalled(std::string_view name) {
  const bool prefix = name.ends_with('*');
  if (prefix) name.remove_suffix(1);
  return std::ranges::any_of(eventTypes(), [&](const EventType& type) {
    return prefix ? type.wireName.starts_with(name) : type.wireName == name;
  });
}

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  Filter filter;
  if (text.find_first_not_of(" \t\r\n") == text.npos) return filter;
  const auto parsed = shared::parseJson(text);
  if (parsed.fault) return bad(parsed.fault->what);
  const auto* object = parsed.value.if_object();
  if (object == nullptr) return bad("must be an object like {\"types\":[...]}");
  for (const auto& field : *object) {
    if (field.key() != "types") return bad("\"" + std::string(field.key()) + "\" is not known");
  }
  const auto* types = object->if_contains("types");
  if (types == nullptr) return filter;
  if (!types->is_array()) return bad("types must be an array");
  if (types->as_array().size() > kMaxNames) return bad("types has more than 100 names");
  std::size_t at = 0;
  for (const auto& item : types->as_array()) {
    const auto place = "types[" + std::to_string(at++) + "]";
    if (!item.is_string()) return bad(place + " must be a string");
    std::string name(item.as_string());
    if (!isCalled(name)) return bad(place + ": no event is called \"" + name + "\"");
    const bool prefix = name.ends_with('*');
    if (prefix) name.pop_back();
    (prefix ? filter.prefixes_ : filter.names_).push_back(std::move(name));
  }
  return filter;
}

bool Filter::matches(std::string_view typeName) const noexcept {
  if (std::find(names_.begin(), names_.end(), typeName) != names_.end()) return true;
  if (typeName == kDeliverySuspendedName) return false;
  if (names_.empty() && prefixes_.empty()) return true;
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return typeName.rfind(prefix, 0) == 0; });
}

}  // namespace colibri::events
