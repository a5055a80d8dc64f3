#include "events/event_types.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "shared/event_names.hpp"

namespace colibri::events {
namespace {

constexpr bool kHost = true, kConnector = false, kEphemeral = true;

constexpr EventType named(colibri_event_type number, bool hostOnly, bool ephemeral = false) {
  const auto* name = shared::eventNumbered(number);
  return {number, name->wire, name->filter, hostOnly, ephemeral};
}

constexpr std::array kTypes = {
    named(COLIBRI_EVENT_APPLICATION_STARTUP, kHost),
    named(COLIBRI_EVENT_QRCODE_UPDATED, kHost),
    named(COLIBRI_EVENT_CONNECTION_UPDATE, kHost),
    named(COLIBRI_EVENT_STATUS_INSTANCE, kHost),
    named(COLIBRI_EVENT_MESSAGES_SET, kConnector),
    named(COLIBRI_EVENT_MESSAGES_UPSERT, kConnector),
    named(COLIBRI_EVENT_MESSAGES_EDITED, kConnector),
    named(COLIBRI_EVENT_MESSAGES_UPDATE, kConnector),
    named(COLIBRI_EVENT_MESSAGES_DELETE, kConnector),
    named(COLIBRI_EVENT_SEND_MESSAGE, kHost),
    named(COLIBRI_EVENT_SEND_MESSAGE_UPDATE, kHost),
    named(COLIBRI_EVENT_CONTACTS_SET, kConnector),
    named(COLIBRI_EVENT_CONTACTS_UPSERT, kConnector),
    named(COLIBRI_EVENT_CONTACTS_UPDATE, kConnector),
    named(COLIBRI_EVENT_PRESENCE_UPDATE, kConnector, kEphemeral),
    named(COLIBRI_EVENT_CHATS_SET, kConnector),
    named(COLIBRI_EVENT_CHATS_UPSERT, kConnector),
    named(COLIBRI_EVENT_CHATS_UPDATE, kConnector),
    named(COLIBRI_EVENT_CHATS_DELETE, kConnector),
    named(COLIBRI_EVENT_GROUPS_UPSERT, kConnector),
    named(COLIBRI_EVENT_GROUPS_UPDATE, kConnector),
    named(COLIBRI_EVENT_GROUP_PARTICIPANTS_UPDATE, kConnector),
    named(COLIBRI_EVENT_LABELS_EDIT, kConnector),
    named(COLIBRI_EVENT_LABELS_ASSOCIATION, kConnector),
    named(COLIBRI_EVENT_CALL, kConnector),
    named(COLIBRI_EVENT_TYPEBOT_START, kConnector),
    named(COLIBRI_EVENT_TYPEBOT_CHANGE_STATUS, kConnector),
    named(COLIBRI_EVENT_INSTANCE_CREATE, kHost),
    named(COLIBRI_EVENT_INSTANCE_DELETE, kHost),
    named(COLIBRI_EVENT_REMOVE_INSTANCE, kHost),
    named(COLIBRI_EVENT_LOGOUT_INSTANCE, kHost),
    EventType{COLIBRI_EVENT_CREDS_UPDATE, "creds.update", "", kHost, false},
    EventType{COLIBRI_EVENT_MESSAGING_HISTORY_SET, "messaging-history.set", "", kHost, false},
    named(COLIBRI_EVENT_PASSKEY_REQUIRED, kConnector),
    named(COLIBRI_EVENT_PASSKEY_CONFIRM, kConnector),
    named(COLIBRI_EVENT_PASSKEY_FAILED, kConnector),
    EventType{kDeliverySuspended, kDeliverySuspendedName, "", kHost, false},
};

template <class Matches>
const EventType* find(Matches matches) noexcept {
  const auto at = std::find_if(kTypes.begin(), kTypes.end(), matches);
  return at == kTypes.end() ? nullptr : &*at;
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
  if (name.empty()) return nullptr;
  if (sameIgnoringCase(name, shared::kGroupsUpdate))
    return findByNumber(COLIBRI_EVENT_GROUPS_UPDATE);
  return find([&](const EventType& type) { return sameIgnoringCase(type.filterName, name); });
}

}  // namespace colibri::events
