#include "event_settings/events.hpp"

#include <algorithm>
#include <utility>

#include "event_settings/event_names.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::event_settings {

std::vector<std::string> readEvents(const boost::json::array& events) {
  std::vector<std::string> wireNames;
  for (const auto& entry : events) {
    const auto* text = entry.if_string();
    const auto wire = text == nullptr ? std::nullopt : wireName({text->data(), text->size()});
    if (!wire) refuse("events", "must be a list of event names such as MESSAGES_UPSERT");
    if (std::find(wireNames.begin(), wireNames.end(), *wire) == wireNames.end())
      wireNames.emplace_back(*wire);
  }
  return wireNames;
}

std::vector<std::string> readSwitches(const boost::json::object& switches) {
  std::vector<std::string> on, off, chosen;
  for (const auto& [key, value] : switches) {
    const std::string_view name(key.data(), key.size());
    const auto wire = wireName(name);
    if (!wire || !value.is_bool()) refuse(name, "must be an event name with true or false");
    (value.as_bool() ? on : off).emplace_back(*wire);
  }
  const auto has = [](const std::vector<std::string>& list, std::string_view wire) {
    return std::find(list.begin(), list.end(), wire) != list.end();
  };
  for (const auto& name : eventNames()) {
    const bool wanted = on.empty() ? !has(off, name.wire) : has(on, name.wire);
    if (wanted && !has(chosen, name.wire)) chosen.emplace_back(name.wire);
  }
  return chosen;
}

boost::json::value namedEvents(boost::json::value events) {
  const auto* list = events.if_array();
  if (list == nullptr ? !events.is_null() : !list->empty()) return events;
  boost::json::array all;
  std::string_view before;  // groups.update has two names, of which the first is v2's
  for (const auto& [filter, wire] : eventNames())
    if (std::exchange(before, wire) != wire)
      all.emplace_back(boost::json::string_view(filter.data(), filter.size()));
  return all;
}

std::string filterOf(std::span<const std::string> wireNames) {
  std::string out = R"({"types":[)";
  for (const auto& name : wireNames)
    out.append(out.back() == '[' ? "\"" : ",\"").append(name).append("\"");
  return out + "]}";
}

std::string filterOfAll() {
  std::vector<std::string> names;
  for (const auto& name : eventNames())
    if (names.empty() || names.back() != name.wire) names.emplace_back(name.wire);
  return filterOf(names);
}

}  // namespace colibri::event_settings
