// made from the catalogue by tools/generate; not to be edited.
import chatFetchProfilePictureUrl from './commands/chat.fetchProfilePictureUrl.mjs';
import chatMarkMessageAsRead from './commands/chat.markMessageAsRead.mjs';
import groupAcceptInviteCode from './commands/group.acceptInviteCode.mjs';
import groupCreate from './commands/group.create.mjs';
import groupFetchAllGroups from './commands/group.fetchAllGroups.mjs';
import groupFindGroupInfos from './commands/group.findGroupInfos.mjs';
import groupInviteCode from './commands/group.inviteCode.mjs';
import groupInviteInfo from './commands/group.inviteInfo.mjs';
import groupLeaveGroup from './commands/group.leaveGroup.mjs';
import groupParticipants from './commands/group.participants.mjs';
import groupRevokeInviteCode from './commands/group.revokeInviteCode.mjs';
import groupToggleEphemeral from './commands/group.toggleEphemeral.mjs';
import groupUpdateGroupDescription from './commands/group.updateGroupDescription.mjs';
import groupUpdateGroupPicture from './commands/group.updateGroupPicture.mjs';
import groupUpdateGroupSubject from './commands/group.updateGroupSubject.mjs';
import groupUpdateParticipant from './commands/group.updateParticipant.mjs';
import groupUpdateSetting from './commands/group.updateSetting.mjs';
import messageSendReaction from './commands/message.sendReaction.mjs';
import messageSendText from './commands/message.sendText.mjs';
import presenceSet from './commands/presence.set.mjs';

/** Name → what carries it out, what a repeat would do, and the member of the body that names the chat it keeps the order of. */
export const COMMANDS = {
  'chat.fetchProfilePictureUrl': { carryOut: chatFetchProfilePictureUrl, effect: 'safe' },
  'chat.markMessageAsRead': { carryOut: chatMarkMessageAsRead, effect: 'safe', order: 'readMessages.0.remoteJid' },
  'group.acceptInviteCode': { carryOut: groupAcceptInviteCode, effect: 'once' },
  'group.create': { carryOut: groupCreate, effect: 'once' },
  'group.fetchAllGroups': { carryOut: groupFetchAllGroups, effect: 'safe' },
  'group.findGroupInfos': { carryOut: groupFindGroupInfos, effect: 'safe' },
  'group.inviteCode': { carryOut: groupInviteCode, effect: 'safe' },
  'group.inviteInfo': { carryOut: groupInviteInfo, effect: 'safe' },
  'group.leaveGroup': { carryOut: groupLeaveGroup, effect: 'once', order: 'groupJid' },
  'group.participants': { carryOut: groupParticipants, effect: 'safe' },
  'group.revokeInviteCode': { carryOut: groupRevokeInviteCode, effect: 'once', order: 'groupJid' },
  'group.toggleEphemeral': { carryOut: groupToggleEphemeral, effect: 'safe', order: 'groupJid' },
  'group.updateGroupDescription': { carryOut: groupUpdateGroupDescription, effect: 'safe', order: 'groupJid' },
  'group.updateGroupPicture': { carryOut: groupUpdateGroupPicture, effect: 'safe', order: 'groupJid' },
  'group.updateGroupSubject': { carryOut: groupUpdateGroupSubject, effect: 'safe', order: 'groupJid' },
  'group.updateParticipant': { carryOut: groupUpdateParticipant, effect: 'once', order: 'groupJid' },
  'group.updateSetting': { carryOut: groupUpdateSetting, effect: 'safe', order: 'groupJid' },
  'message.sendReaction': { carryOut: messageSendReaction, effect: 'message', order: 'key.remoteJid' },
  'message.sendText': { carryOut: messageSendText, effect: 'message', order: 'number' },
  'presence.set': { carryOut: presenceSet, effect: 'safe', order: 'chat' },
};
