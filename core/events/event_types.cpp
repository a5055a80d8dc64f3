#include "events/event_types.hpp"

#include <algorithm>
#include <array>

namespace colibri::events {
namespace {

constexpr bool kHost = true, kConnector = false, kEphemeral = true;

constexpr std::array kTypes = {
    EventType{COLIBRI_EVENT_APPLICATION_STARTUP, "application.startup", "APPLICATION_STARTUP",
              kHost, false},
    EventType{COLIBRI_EVENT_QRCODE_UPDATED, "qrcode.updated", "QRCODE_UPDATED", kHost, false},
    EventType{COLIBRI_EVENT_CONNECTION_UPDATE, "connection.update", "CONNECTION_UPDATE", kHost,
              false},
    EventType{COLIBRI_EVENT_STATUS_INSTANCE, "status.instance", "STATUS_INSTANCE", kHost, false},
    EventType{COLIBRI_EVENT_MESSAGES_SET, "messages.set", "MESSAGES_SET", kConnector, false},
    EventType{COLIBRI_EVENT_MESSAGES_UPSERT, "messages.upsert", "MESSAGES_UPSERT", kConnector,
              false},
    EventType{COLIBRI_EVENT_MESSAGES_EDITED, "messages.edited", "MESSAGES_EDITED", kConnector,
              false},
    EventType{COLIBRI_EVENT_MESSAGES_UPDATE, "messages.update", "MESSAGES_UPDATE", kConnector,
              false},
    EventType{COLIBRI_EVENT_MESSAGES_DELETE, "messages.delete", "MESSAGES_DELETE", kConnector,
              false},
    EventType{COLIBRI_EVENT_SEND_MESSAGE, "send.message", "SEND_MESSAGE", kHost, false},
    EventType{COLIBRI_EVENT_SEND_MESSAGE_UPDATE, "send.message.update", "SEND_MESSAGE_UPDATE",
              kHost, false},
    EventType{COLIBRI_EVENT_CONTACTS_SET, "contacts.set", "CONTACTS_SET", kConnector, false},
    EventType{COLIBRI_EVENT_CONTACTS_UPSERT, "contacts.upsert", "CONTACTS_UPSERT", kConnector,
              false},
    EventType{COLIBRI_EVENT_CONTACTS_UPDATE, "contacts.update", "CONTACTS_UPDATE", kConnector,
              false},
    EventType{COLIBRI_EVENT_PRESENCE_UPDATE, "presence.update", "PRESENCE_UPDATE", kConnector,
              kEphemeral},
    EventType{COLIBRI_EVENT_CHATS_SET, "chats.set", "CHATS_SET", kConnector, false},
    EventType{COLIBRI_EVENT_CHATS_UPSERT, "chats.upsert", "CHATS_UPSERT", kConnector, false},
    EventType{COLIBRI_EVENT_CHATS_UPDATE, "chats.update", "CHATS_UPDATE", kConnector, false},
    EventType{COLIBRI_EVENT_CHATS_DELETE, "chats.delete", "CHATS_DELETE", kConnector, false},
    EventType{COLIBRI_EVENT_GROUPS_UPSERT, "groups.upsert", "GROUPS_UPSERT", kConnector, false},
    EventType{COLIBRI_EVENT_GROUPS_UPDATE, "groups.update", "GROUP_UPDATE", kConnector, false},
    EventType{COLIBRI_EVENT_GROUP_PARTICIPANTS_UPDATE, "group-participants.update",
              "GROUP_PARTICIPANTS_UPDATE", kConnector, false},
    EventType{COLIBRI_EVENT_LABELS_EDIT, "labels.edit", "LABELS_EDIT", kConnector, false},
    EventType{COLIBRI_EVENT_LABELS_ASSOCIATION, "labels.association", "LABELS_ASSOCIATION",
              kConnector, false},
    EventType{COLIBRI_EVENT_CALL, "call", "CALL", kConnector, false},
    EventType{COLIBRI_EVENT_TYPEBOT_START, "typebot.start", "TYPEBOT_START", kConnector, false},
    EventType{COLIBRI_EVENT_TYPEBOT_CHANGE_STATUS, "typebot.change-status", "TYPEBOT_CHANGE_STATUS",
              kConnector, false},
    EventType{COLIBRI_EVENT_INSTANCE_CREATE, "instance.create", "INSTANCE_CREATE", kHost, false},
    EventType{COLIBRI_EVENT_INSTANCE_DELETE, "instance.delete", "INSTANCE_DELETE", kHost, false},
    EventType{COLIBRI_EVENT_REMOVE_INSTANCE, "remove.instance", "REMOVE_INSTANCE", kHost, false},
    EventType{COLIBRI_EVENT_LOGOUT_INSTANCE, "logout.instance", "LOGOUT_INSTANCE", kHost, false},
    EventType{COLIBRI_EVENT_CREDS_UPDATE, "creds.update", "", kHost, false},
    EventType{COLIBRI_EVENT_MESSAGING_HISTORY_SET, "messaging-history.set", "", kHost, false},
    EventType{kDeliverySuspended, kDeliverySuspendedName, "", kHost, false},
};

template <class Matches>
const EventType* find(Matches matches) noexcept {
  const auto at = std::find_if(kTypes.begin(), kTypes.end(), matches);
  return at == kTypes.end() ? nullptr : &*at;
}

char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

}  // namespace

std::span<const EventType> eventTypes() noexcept {
  return kTypes;
}

const EventType* findByWireName(std::string_view name) noexcept {
  return find([&](const EventType& type) { return type.wireName == name; });
}

const EventType* findByNumber(colibri_event_type number) noexcept {
  return find([&](const EventType& type) { return type.number == number; });
}

const EventType* findByFilterName(std::string_view name) noexcept {
  std::string wanted(name);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), upper);
  if (wanted.empty()) return nullptr;
  if (wanted == "GROUPS_UPDATE") wanted = "GROUP_UPDATE";  // what the wire name would give
  return find([&](const EventType& type) { return type.filterName == wanted; });
}

}  // namespace colibri::events
