// made from the catalogue by tools/generate; not to be edited.
import chatArchiveChat from './commands/chat.archiveChat.mjs';
import chatDeleteMessageForEveryone from './commands/chat.deleteMessageForEveryone.mjs';
import chatFetchBusinessProfile from './commands/chat.fetchBusinessProfile.mjs';
import chatFetchPrivacySettings from './commands/chat.fetchPrivacySettings.mjs';
import chatFetchProfile from './commands/chat.fetchProfile.mjs';
import chatFetchProfilePictureUrl from './commands/chat.fetchProfilePictureUrl.mjs';
import chatMarkChatUnread from './commands/chat.markChatUnread.mjs';
import chatMarkMessageAsRead from './commands/chat.markMessageAsRead.mjs';
import chatRemoveProfilePicture from './commands/chat.removeProfilePicture.mjs';
import chatSendPresence from './commands/chat.sendPresence.mjs';
import chatSetDisappearing from './commands/chat.setDisappearing.mjs';
import chatUpdateBlockStatus from './commands/chat.updateBlockStatus.mjs';
import chatUpdateMessage from './commands/chat.updateMessage.mjs';
import chatUpdatePrivacySettings from './commands/chat.updatePrivacySettings.mjs';
import chatUpdateProfileName from './commands/chat.updateProfileName.mjs';
import chatUpdateProfilePicture from './commands/chat.updateProfilePicture.mjs';
import chatUpdateProfileStatus from './commands/chat.updateProfileStatus.mjs';
import chatWhatsappNumbers from './commands/chat.whatsappNumbers.mjs';
import groupAcceptInviteCode from './commands/group.acceptInviteCode.mjs';
import groupCreate from './commands/group.create.mjs';
import groupFetchAllGroups from './commands/group.fetchAllGroups.mjs';
import groupFindGroupInfos from './commands/group.findGroupInfos.mjs';
import groupInviteCode from './commands/group.inviteCode.mjs';
import groupInviteInfo from './commands/group.inviteInfo.mjs';
import groupLeaveGroup from './commands/group.leaveGroup.mjs';
import groupParticipants from './commands/group.participants.mjs';
import groupRevokeInviteCode from './commands/group.revokeInviteCode.mjs';
import groupSendInvite from './commands/group.sendInvite.mjs';
import groupToggleEphemeral from './commands/group.toggleEphemeral.mjs';
import groupUpdateGroupDescription from './commands/group.updateGroupDescription.mjs';
import groupUpdateGroupPicture from './commands/group.updateGroupPicture.mjs';
import groupUpdateGroupSubject from './commands/group.updateGroupSubject.mjs';
import groupUpdateParticipant from './commands/group.updateParticipant.mjs';
import groupUpdateSetting from './commands/group.updateSetting.mjs';
import labelFindLabels from './commands/label.findLabels.mjs';
import labelHandleLabel from './commands/label.handleLabel.mjs';
import messageForward from './commands/message.forward.mjs';
import messagePin from './commands/message.pin.mjs';
import messageSendButtons from './commands/message.sendButtons.mjs';
import messageSendContact from './commands/message.sendContact.mjs';
import messageSendEvent from './commands/message.sendEvent.mjs';
import messageSendList from './commands/message.sendList.mjs';
import messageSendLocation from './commands/message.sendLocation.mjs';
import messageSendPoll from './commands/message.sendPoll.mjs';
import messageSendReaction from './commands/message.sendReaction.mjs';
import messageSendStatus from './commands/message.sendStatus.mjs';
import messageSendText from './commands/message.sendText.mjs';
import messageStar from './commands/message.star.mjs';
import messageVotePoll from './commands/message.votePoll.mjs';
import passkeyCancel from './commands/passkey.cancel.mjs';
import passkeyChallenge from './commands/passkey.challenge.mjs';
import passkeyConfirm from './commands/passkey.confirm.mjs';
import passkeyResponse from './commands/passkey.response.mjs';
import presenceSet from './commands/presence.set.mjs';

/** Name → what carries it out, what a repeat would do, the member of the body that names the chat it keeps the order of, and whether it is for a link that is being made. */
export const COMMANDS = {
  'chat.archiveChat': { carryOut: chatArchiveChat, effect: 'safe', order: 'chat' },
  'chat.deleteMessageForEveryone': { carryOut: chatDeleteMessageForEveryone, effect: 'safe', order: 'remoteJid' },
  'chat.fetchBusinessProfile': { carryOut: chatFetchBusinessProfile, effect: 'safe' },
  'chat.fetchPrivacySettings': { carryOut: chatFetchPrivacySettings, effect: 'safe' },
  'chat.fetchProfile': { carryOut: chatFetchProfile, effect: 'safe' },
  'chat.fetchProfilePictureUrl': { carryOut: chatFetchProfilePictureUrl, effect: 'safe' },
  'chat.markChatUnread': { carryOut: chatMarkChatUnread, effect: 'safe', order: 'lastMessage.key.remoteJid' },
  'chat.markMessageAsRead': { carryOut: chatMarkMessageAsRead, effect: 'safe', order: 'readMessages.0.remoteJid' },
  'chat.removeProfilePicture': { carryOut: chatRemoveProfilePicture, effect: 'safe' },
  'chat.sendPresence': { carryOut: chatSendPresence, effect: 'safe', order: 'number' },
  'chat.setDisappearing': { carryOut: chatSetDisappearing, effect: 'safe', order: 'number' },
  'chat.updateBlockStatus': { carryOut: chatUpdateBlockStatus, effect: 'safe', order: 'number' },
  'chat.updateMessage': { carryOut: chatUpdateMessage, effect: 'message', order: 'key.remoteJid' },
  'chat.updatePrivacySettings': { carryOut: chatUpdatePrivacySettings, effect: 'safe' },
  'chat.updateProfileName': { carryOut: chatUpdateProfileName, effect: 'safe' },
  'chat.updateProfilePicture': { carryOut: chatUpdateProfilePicture, effect: 'safe' },
  'chat.updateProfileStatus': { carryOut: chatUpdateProfileStatus, effect: 'safe' },
  'chat.whatsappNumbers': { carryOut: chatWhatsappNumbers, effect: 'safe' },
  'group.acceptInviteCode': { carryOut: groupAcceptInviteCode, effect: 'once' },
  'group.create': { carryOut: groupCreate, effect: 'once' },
  'group.fetchAllGroups': { carryOut: groupFetchAllGroups, effect: 'safe' },
  'group.findGroupInfos': { carryOut: groupFindGroupInfos, effect: 'safe' },
  'group.inviteCode': { carryOut: groupInviteCode, effect: 'safe' },
  'group.inviteInfo': { carryOut: groupInviteInfo, effect: 'safe' },
  'group.leaveGroup': { carryOut: groupLeaveGroup, effect: 'once', order: 'groupJid' },
  'group.participants': { carryOut: groupParticipants, effect: 'safe' },
  'group.revokeInviteCode': { carryOut: groupRevokeInviteCode, effect: 'once', order: 'groupJid' },
  'group.sendInvite': { carryOut: groupSendInvite, effect: 'message', order: 'groupJid' },
  'group.toggleEphemeral': { carryOut: groupToggleEphemeral, effect: 'safe', order: 'groupJid' },
  'group.updateGroupDescription': { carryOut: groupUpdateGroupDescription, effect: 'safe', order: 'groupJid' },
  'group.updateGroupPicture': { carryOut: groupUpdateGroupPicture, effect: 'safe', order: 'groupJid' },
  'group.updateGroupSubject': { carryOut: groupUpdateGroupSubject, effect: 'safe', order: 'groupJid' },
  'group.updateParticipant': { carryOut: groupUpdateParticipant, effect: 'once', order: 'groupJid' },
  'group.updateSetting': { carryOut: groupUpdateSetting, effect: 'safe', order: 'groupJid' },
  'label.findLabels': { carryOut: labelFindLabels, effect: 'safe' },
  'label.handleLabel': { carryOut: labelHandleLabel, effect: 'safe', order: 'number' },
  'message.forward': { carryOut: messageForward, effect: 'message', order: 'number' },
  'message.pin': { carryOut: messagePin, effect: 'safe', order: 'key.remoteJid' },
  'message.sendButtons': { carryOut: messageSendButtons, effect: 'message', order: 'number' },
  'message.sendContact': { carryOut: messageSendContact, effect: 'message', order: 'number' },
  'message.sendEvent': { carryOut: messageSendEvent, effect: 'message', order: 'number' },
  'message.sendList': { carryOut: messageSendList, effect: 'message', order: 'number' },
  'message.sendLocation': { carryOut: messageSendLocation, effect: 'message', order: 'number' },
  'message.sendPoll': { carryOut: messageSendPoll, effect: 'message', order: 'number' },
  'message.sendReaction': { carryOut: messageSendReaction, effect: 'message', order: 'key.remoteJid' },
  'message.sendStatus': { carryOut: messageSendStatus, effect: 'message' },
  'message.sendText': { carryOut: messageSendText, effect: 'message', order: 'number' },
  'message.star': { carryOut: messageStar, effect: 'safe', order: 'key.remoteJid' },
  'message.votePoll': { carryOut: messageVotePoll, effect: 'safe', order: 'key.remoteJid' },
  'passkey.cancel': { carryOut: passkeyCancel, effect: 'safe', whileLinking: true },
  'passkey.challenge': { carryOut: passkeyChallenge, effect: 'safe', whileLinking: true },
  'passkey.confirm': { carryOut: passkeyConfirm, effect: 'safe', whileLinking: true },
  'passkey.response': { carryOut: passkeyResponse, effect: 'safe', whileLinking: true },
  'presence.set': { carryOut: presenceSet, effect: 'safe', order: 'chat' },
};
