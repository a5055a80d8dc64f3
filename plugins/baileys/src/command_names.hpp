// made from the catalogue by tools/generate; not to be edited.
#pragma once

namespace colibri::baileys {

/// The commands that the bridge carries out; ends in null.
inline constexpr const char* kCommandNames[] = {
    "chat.archiveChat",
    "chat.fetchBusinessProfile",
    "chat.fetchPrivacySettings",
    "chat.fetchProfile",
    "chat.fetchProfilePictureUrl",
    "chat.markChatUnread",
    "chat.markMessageAsRead",
    "chat.removeProfilePicture",
    "chat.sendPresence",
    "chat.updateBlockStatus",
    "chat.updatePrivacySettings",
    "chat.updateProfileName",
    "chat.updateProfilePicture",
    "chat.updateProfileStatus",
    "chat.whatsappNumbers",
    "group.acceptInviteCode",
    "group.create",
    "group.fetchAllGroups",
    "group.findGroupInfos",
    "group.inviteCode",
    "group.inviteInfo",
    "group.leaveGroup",
    "group.participants",
    "group.revokeInviteCode",
    "group.sendInvite",
    "group.toggleEphemeral",
    "group.updateGroupDescription",
    "group.updateGroupPicture",
    "group.updateGroupSubject",
    "group.updateParticipant",
    "group.updateSetting",
    "label.findLabels",
    "label.handleLabel",
    "message.sendReaction",
    "message.sendText",
    "presence.set",
    nullptr,
};

}  // namespace colibri::baileys
