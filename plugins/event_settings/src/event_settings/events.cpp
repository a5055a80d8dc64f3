#include "event_settings/events.hpp"

#include <algorithm>

#include "event_settings/json_reader.hpp"
#include "shared/event_names.hpp"

namespace colibri::event_settings {

std::vector<std::string> readEvents(const boost::json::array& events) {
  std::vector<std::string> wireNames;
  for (const auto& entry : events) {
    const auto* text = entry.if_string();
    const auto* event =
        text == nullptr ? nullptr : shared::eventCalled({text->data(), text->size()});
    if (event == nullptr) refuse("events", "must be a list of event names such as MESSAGES_UPSERT");
    if (std::find(wireNames.begin(), wireNames.end(), event->wire) == wireNames.end())
      wireNames.emplace_back(event->wire);
  }
  return wireNames;
}

std::vector<std::string> readSwitches(const boost::json::object& switches) {
  std::vector<std::string> on, off, chosen;
  for (const auto& [key, value] : switches) {
    const std::string_view name(key.data(), key.size());
    const auto* event = shared::eventCalled(name);
    if (event == nullptr || !value.is_bool())
      refuse(name, "must be an event name with true or false");
    (value.as_bool() ? on : off).emplace_back(event->wire);
  }
  const auto has = [](const std::vector<std::string>& list, std::string_view wire) {
    return std::find(list.begin(), list.end(), wire) != list.end();
  };
  for (const auto& name : shared::kEventNames)
    if (on.empty() ? !has(off, name.wire) : has(on, name.wire)) chosen.emplace_back(name.wire);
  return chosen;
}

boost::json::value namedEvents(boost::json::value events) {
  const auto* list = events.if_array();
  if (list == nullptr ? !events.is_null() : !list->empty()) return events;
  boost::json::array all;
  for (const auto& name : shared::kEventNamesOfV2)
    all.emplace_back(boost::json::string_view(name.filter.data(), name.filter.size()));
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
  for (const auto& name : shared::kEventNames) names.emplace_back(name.wire);
  return filterOf(names);
}

}  // namespace colibri::event_settings
