#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace colibri::event_settings {

/// The names that settings use and what they mean: "MESSAGES_UPSERT" is "messages.upsert".
struct EventName {
  std::string_view filter, wire;
};

/// All 31 events that may be subscribed; groups.update has two filter names and two rows.
std::span<const EventName> eventNames() noexcept;
std::optional<std::string_view> wireName(std::string_view filterName) noexcept;

}  // namespace colibri::event_settings
