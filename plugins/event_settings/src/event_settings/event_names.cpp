#include "event_settings/event_names.hpp"

#include <algorithm>
#include <array>

namespace colibri::event_settings {
namespace {

constexpr auto kNames = std::to_array<EventName>({
    {"APPLICATION_STARTUP", "application.startup"},
    {"QRCODE_UPDATED", "qrcode.updated"},
    {"CONNECTION_UPDATE", "connection.update"},
    {"STATUS_INSTANCE", "status.instance"},
    {"MESSAGES_SET", "messages.set"},
    {"MESSAGES_UPSERT", "messages.upsert"},
    {"MESSAGES_EDITED", "messages.edited"},
    {"MESSAGES_UPDATE", "messages.update"},
    {"MESSAGES_DELETE", "messages.delete"},
    {"SEND_MESSAGE", "send.message"},
    {"SEND_MESSAGE_UPDATE", "send.message.update"},
    {"CONTACTS_SET", "contacts.set"},
    {"CONTACTS_UPSERT", "contacts.upsert"},
    {"CONTACTS_UPDATE", "contacts.update"},
    {"PRESENCE_UPDATE", "presence.update"},
    {"CHATS_SET", "chats.set"},
    {"CHATS_UPSERT", "chats.upsert"},
    {"CHATS_UPDATE", "chats.update"},
    {"CHATS_DELETE", "chats.delete"},
    {"GROUPS_UPSERT", "groups.upsert"},
    {"GROUP_UPDATE", "groups.update"},
    {"GROUPS_UPDATE", "groups.update"},
    {"GROUP_PARTICIPANTS_UPDATE", "group-participants.update"},
    {"LABELS_EDIT", "labels.edit"},
    {"LABELS_ASSOCIATION", "labels.association"},
    {"CALL", "call"},
    {"TYPEBOT_START", "typebot.start"},
    {"TYPEBOT_CHANGE_STATUS", "typebot.change-status"},
    {"INSTANCE_CREATE", "instance.create"},
    {"INSTANCE_DELETE", "instance.delete"},
    {"REMOVE_INSTANCE", "remove.instance"},
    {"LOGOUT_INSTANCE", "logout.instance"},
});

}  // namespace

std::span<const EventName> eventNames() noexcept {
  return kNames;
}

std::optional<std::string_view> wireName(std::string_view filterName) noexcept {
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const EventName& n) { return n.filter == filterName; });
  return found == kNames.end() ? std::nullopt : std::optional(found->wire);
}

}  // namespace colibri::event_settings
