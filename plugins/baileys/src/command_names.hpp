// made from the catalogue by tools/generate; not to be edited.
#pragma once

#include <string_view>

namespace colibri::baileys {

/// The commands that the bridge carries out; ends in null.
inline constexpr const char* kCommandNames[] = {
    "chat.archiveChat",
    "chat.deleteMessageForEveryone",
    "chat.fetchBusinessProfile",
    "chat.fetchPrivacySettings",
    "chat.fetchProfile",
    "chat.fetchProfilePictureUrl",
    "chat.markChatUnread",
    "chat.markMessageAsRead",
    "chat.removeProfilePicture",
    "chat.sendPresence",
    "chat.setDisappearing",
    "chat.updateBlockStatus",
    "chat.updateMessage",
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
    "message.forward",
    "message.pin",
    "message.sendButtons",
    "message.sendContact",
    "message.sendEvent",
    "message.sendList",
    "message.sendLocation",
    "message.sendPoll",
    "message.sendReaction",
    "message.sendStatus",
    "message.sendText",
    "message.star",
    "message.votePoll",
    "passkey.cancel",
    "passkey.challenge",
    "passkey.confirm",
    "passkey.response",
    "presence.set",
    nullptr,
};

/// Those for a link that is being made; the others need one that is open.
inline constexpr std::string_view kLinkingCommands[] = {
    "passkey.cancel",
    "passkey.challenge",
    "passkey.confirm",
    "passkey.response",
};

}  // namespace colibri::baileys
