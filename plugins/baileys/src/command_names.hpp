// made from the catalogue by tools/generate; not to be edited.
#pragma once

namespace colibri::baileys {

/// The commands that the bridge carries out; ends in null.
inline constexpr const char* kCommandNames[] = {
    "chat.deleteMessageForEveryone",
    "chat.fetchProfilePictureUrl",
    "chat.markMessageAsRead",
    "chat.setDisappearing",
    "chat.updateMessage",
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
    "presence.set",
    nullptr,
};

}  // namespace colibri::baileys
