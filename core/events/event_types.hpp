#pragma once

#include <colibri/abi/event.h>

#include <span>
#include <string>
#include <string_view>

namespace colibri::events {

/// Published by the host when a lane stops; only subscriptions that name it get it.
inline constexpr colibri_event_type kDeliverySuspended = 100;
inline constexpr std::string_view kDeliverySuspendedName = "delivery.suspended";

/// One row of the contract's table of events.
struct EventType {
  colibri_event_type number;
  std::string_view wireName;    ///< "messages.upsert"
  std::string_view filterName;  ///< "MESSAGES_UPSERT"; empty = may not be subscribed by name
  bool hostOnly;                ///< a connector may not publish it
  bool ephemeral;               ///< delivered at most once
};

/// All of them, in number order.
std::span<const EventType> eventTypes() noexcept;
/// Null if there is none.
const EventType* findByWireName(std::string_view name) noexcept;
const EventType* findByNumber(colibri_event_type number) noexcept;
/// Case-insensitive; also the accepted alias GROUP_UPDATE/GROUPS_UPDATE. Null if there is none.
const EventType* findByFilterName(std::string_view name) noexcept;

}  // namespace colibri::events
