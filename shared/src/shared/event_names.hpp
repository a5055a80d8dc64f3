#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace colibri::shared {

/// What an event is called on the wire and in settings, and its number in the ABI.
struct EventName {
  std::string_view wire, filter;
  std::uint32_t number;
};

/// The events that may be subscribed by name: those of v2 gateways in their order, then ours.
inline constexpr auto kEventNames = std::to_array<EventName>({
    {"application.startup", "APPLICATION_STARTUP", 1},
    {"qrcode.updated", "QRCODE_UPDATED", 2},
    {"connection.update", "CONNECTION_UPDATE", 3},
    {"status.instance", "STATUS_INSTANCE", 4},
    {"messages.set", "MESSAGES_SET", 5},
    {"messages.upsert", "MESSAGES_UPSERT", 6},
    {"messages.edited", "MESSAGES_EDITED", 7},
    {"messages.update", "MESSAGES_UPDATE", 8},
    {"messages.delete", "MESSAGES_DELETE", 9},
    {"send.message", "SEND_MESSAGE", 10},
    {"send.message.update", "SEND_MESSAGE_UPDATE", 11},
    {"contacts.set", "CONTACTS_SET", 12},
    {"contacts.upsert", "CONTACTS_UPSERT", 13},
    {"contacts.update", "CONTACTS_UPDATE", 14},
    {"presence.update", "PRESENCE_UPDATE", 15},
    {"chats.set", "CHATS_SET", 16},
    {"chats.upsert", "CHATS_UPSERT", 17},
    {"chats.update", "CHATS_UPDATE", 18},
    {"chats.delete", "CHATS_DELETE", 19},
    {"groups.upsert", "GROUPS_UPSERT", 20},
    {"groups.update", "GROUP_UPDATE", 21},
    {"group-participants.update", "GROUP_PARTICIPANTS_UPDATE", 22},
    {"labels.edit", "LABELS_EDIT", 23},
    {"labels.association", "LABELS_ASSOCIATION", 24},
    {"call", "CALL", 25},
    {"typebot.start", "TYPEBOT_START", 26},
    {"typebot.change-status", "TYPEBOT_CHANGE_STATUS", 27},
    {"instance.create", "INSTANCE_CREATE", 28},
    {"instance.delete", "INSTANCE_DELETE", 29},
    {"remove.instance", "REMOVE_INSTANCE", 30},
    {"logout.instance", "LOGOUT_INSTANCE", 31},
    {"passkey.required", "PASSKEY_REQUIRED", 34},
    {"passkey.confirm", "PASSKEY_CONFIRM", 35},
    {"passkey.failed", "PASSKEY_FAILED", 36},
});

/// Those of them that clients of v2 know.
inline constexpr std::span kEventNamesOfV2 = std::span(kEventNames).first<31>();

/// The other name of GROUP_UPDATE, which the rule for the others would give it.
inline constexpr std::string_view kGroupsUpdate = "GROUPS_UPDATE";

/// The event of that number. Null: none that may be subscribed by name. [Threading] pure.
constexpr const EventName* eventNumbered(std::uint32_t number) noexcept {
  const auto* at = std::ranges::find(kEventNames, number, &EventName::number);
  return at == kEventNames.end() ? nullptr : at;
}

/// The event that settings call so. Null: there is none.
///
/// [Threading] pure.
constexpr const EventName* eventCalled(std::string_view filter) noexcept {
  if (filter == kGroupsUpdate) filter = "GROUP_UPDATE";
  const auto* at = std::ranges::find(kEventNames, filter, &EventName::filter);
  return at == kEventNames.end() ? nullptr : at;
}

}  // namespace colibri::shared
