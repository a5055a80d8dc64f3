#include "event_settings/events.hpp"

#include <algorithm>

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
