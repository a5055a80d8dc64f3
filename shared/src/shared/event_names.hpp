#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace colibri::shared {

/// What an event is called on the wire and in settings.
struct EventName {
  std::string_view wire, filter;
};

/// The events that may be subscribed, as v2 gateways list them: the row, from 1, is the number that
/// the ABI has for it.
inline constexpr auto kEventNames = std::to_array<EventName>({
    {"application.startup", "APPLICATION_STARTUP"},
    {"qrcode.updated", "QRCODE_UPDATED"},
    {"connection.update", "CONNECTION_UPDATE"},
    {"status.instance", "STATUS_INSTANCE"},
    {"messages.set", "MESSAGES_SET"},
    {"messages.upsert", "MESSAGES_UPSERT"},
    {"messages.edited", "MESSAGES_EDITED"},
    {"messages.update", "MESSAGES_UPDATE"},
    {"messages.delete", "MESSAGES_DELETE"},
    {"send.message", "SEND_MESSAGE"},
    {"send.message.update", "SEND_MESSAGE_UPDATE"},
    {"contacts.set", "CONTACTS_SET"},
    {"contacts.upsert", "CONTACTS_UPSERT"},
    {"contacts.update", "CONTACTS_UPDATE"},
    {"presence.update", "PRESENCE_UPDATE"},
    {"chats.set", "CHATS_SET"},
    {"chats.upsert", "CHATS_UPSERT"},
    {"chats.update", "CHATS_UPDATE"},
    {"chats.delete", "CHATS_DELETE"},
    {"groups.upsert", "GROUPS_UPSERT"},
    {"groups.update", "GROUP_UPDATE"},
    {"group-participants.update", "GROUP_PARTICIPANTS_UPDATE"},
    {"labels.edit", "LABELS_EDIT"},
    {"labels.association", "LABELS_ASSOCIATION"},
    {"call", "CALL"},
    {"typebot.start", "TYPEBOT_START"},
    {"typebot.change-status", "TYPEBOT_CHANGE_STATUS"},
    {"instance.create", "INSTANCE_CREATE"},
    {"instance.delete", "INSTANCE_DELETE"},
    {"remove.instance", "REMOVE_INSTANCE"},
    {"logout.instance", "LOGOUT_INSTANCE"},
});

/// The other name of GROUP_UPDATE, which the rule for the others would give it.
inline constexpr std::string_view kGroupsUpdate = "GROUPS_UPDATE";

/// The event that settings call so. Null: there is none.
///
/// [Threading] pure.
constexpr const EventName* eventCalled(std::string_view filter) noexcept {
  if (filter == kGroupsUpdate) filter = "GROUP_UPDATE";
  const auto* at = std::ranges::find(kEventNames, filter, &EventName::filter);
  return at == kEventNames.end() ? nullptr : at;
}

}  // namespace colibri::shared
