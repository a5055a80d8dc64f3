#include "event_types.hpp"

#include <algorithm>
#include <array>

namespace colibri::baileys {
namespace {

struct Row {
  std::string_view name;
  colibri_event_type type;
};

/// The rows of event.h that are neither the host's (H) nor never published.
constexpr std::array kRows = {
    Row{"messages.set", COLIBRI_EVENT_MESSAGES_SET},
    Row{"messages.upsert", COLIBRI_EVENT_MESSAGES_UPSERT},
    Row{"messages.edited", COLIBRI_EVENT_MESSAGES_EDITED},
    Row{"messages.update", COLIBRI_EVENT_MESSAGES_UPDATE},
    Row{"messages.delete", COLIBRI_EVENT_MESSAGES_DELETE},
    Row{"contacts.upsert", COLIBRI_EVENT_CONTACTS_UPSERT},
    Row{"contacts.update", COLIBRI_EVENT_CONTACTS_UPDATE},
    Row{"presence.update", COLIBRI_EVENT_PRESENCE_UPDATE},
    Row{"chats.set", COLIBRI_EVENT_CHATS_SET},
    Row{"chats.upsert", COLIBRI_EVENT_CHATS_UPSERT},
    Row{"chats.update", COLIBRI_EVENT_CHATS_UPDATE},
    Row{"chats.delete", COLIBRI_EVENT_CHATS_DELETE},
    Row{"groups.upsert", COLIBRI_EVENT_GROUPS_UPSERT},
    Row{"groups.update", COLIBRI_EVENT_GROUPS_UPDATE},
    Row{"group-participants.update", COLIBRI_EVENT_GROUP_PARTICIPANTS_UPDATE},
    Row{"labels.edit", COLIBRI_EVENT_LABELS_EDIT},
    Row{"labels.association", COLIBRI_EVENT_LABELS_ASSOCIATION},
    Row{"call", COLIBRI_EVENT_CALL},
};

}  // namespace

colibri_event_type publishableType(std::string_view wireName) noexcept {
  const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                 [&](const Row& candidate) { return candidate.name == wireName; });
  if (row == kRows.end()) return COLIBRI_EVENT_UNKNOWN;
  return row->type;
}

}  // namespace colibri::baileys
