#include "event_types.hpp"

#include <algorithm>
#include <array>

#include "shared/event_names.hpp"

namespace colibri::baileys {
namespace {

/// The rows of event.h that are neither the host's (H) nor never published.
constexpr std::array<colibri_event_type, 21> kPublished = {
    COLIBRI_EVENT_MESSAGES_SET,
    COLIBRI_EVENT_MESSAGES_UPSERT,
    COLIBRI_EVENT_MESSAGES_EDITED,
    COLIBRI_EVENT_MESSAGES_UPDATE,
    COLIBRI_EVENT_MESSAGES_DELETE,
    COLIBRI_EVENT_CONTACTS_UPSERT,
    COLIBRI_EVENT_CONTACTS_UPDATE,
    COLIBRI_EVENT_PRESENCE_UPDATE,
    COLIBRI_EVENT_CHATS_SET,
    COLIBRI_EVENT_CHATS_UPSERT,
    COLIBRI_EVENT_CHATS_UPDATE,
    COLIBRI_EVENT_CHATS_DELETE,
    COLIBRI_EVENT_GROUPS_UPSERT,
    COLIBRI_EVENT_GROUPS_UPDATE,
    COLIBRI_EVENT_GROUP_PARTICIPANTS_UPDATE,
    COLIBRI_EVENT_LABELS_EDIT,
    COLIBRI_EVENT_LABELS_ASSOCIATION,
    COLIBRI_EVENT_CALL,
    COLIBRI_EVENT_PASSKEY_REQUIRED,
    COLIBRI_EVENT_PASSKEY_CONFIRM,
    COLIBRI_EVENT_PASSKEY_FAILED,
};

}  // namespace

colibri_event_type publishableType(std::string_view wireName) noexcept {
  const auto* type = std::ranges::find(kPublished, wireName, [](colibri_event_type number) {
    return shared::eventNumbered(number)->wire;
  });
  return type == kPublished.end() ? colibri_event_type{COLIBRI_EVENT_UNKNOWN} : *type;
}

}  // namespace colibri::baileys
