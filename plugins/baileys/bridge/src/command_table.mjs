// made from the catalogue by tools/generate; not to be edited.
import chatDeleteMessageForEveryone from './commands/chat.deleteMessageForEveryone.mjs';
import chatFetchProfilePictureUrl from './commands/chat.fetchProfilePictureUrl.mjs';
import chatMarkMessageAsRead from './commands/chat.markMessageAsRead.mjs';
import chatSetDisappearing from './commands/chat.setDisappearing.mjs';
import chatUpdateMessage from './commands/chat.updateMessage.mjs';
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
import presenceSet from './commands/presence.set.mjs';

/** Name → what carries it out, and the member of the body that names the chat it keeps the order of. */
export const COMMANDS = {
  'chat.deleteMessageForEveryone': { carryOut: chatDeleteMessageForEveryone, order: 'remoteJid' },
  'chat.fetchProfilePictureUrl': { carryOut: chatFetchProfilePictureUrl },
  'chat.markMessageAsRead': { carryOut: chatMarkMessageAsRead, order: 'readMessages.0.remoteJid' },
  'chat.setDisappearing': { carryOut: chatSetDisappearing, order: 'number' },
  'chat.updateMessage': { carryOut: chatUpdateMessage, order: 'key.remoteJid' },
  'message.forward': { carryOut: messageForward, order: 'number' },
  'message.pin': { carryOut: messagePin, order: 'key.remoteJid' },
  'message.sendButtons': { carryOut: messageSendButtons, order: 'number' },
  'message.sendContact': { carryOut: messageSendContact, order: 'number' },
  'message.sendEvent': { carryOut: messageSendEvent, order: 'number' },
  'message.sendList': { carryOut: messageSendList, order: 'number' },
  'message.sendLocation': { carryOut: messageSendLocation, order: 'number' },
  'message.sendPoll': { carryOut: messageSendPoll, order: 'number' },
  'message.sendReaction': { carryOut: messageSendReaction, order: 'key.remoteJid' },
  'message.sendStatus': { carryOut: messageSendStatus },
  'message.sendText': { carryOut: messageSendText, order: 'number' },
  'message.star': { carryOut: messageStar, order: 'key.remoteJid' },
  'message.votePoll': { carryOut: messageVotePoll, order: 'key.remoteJid' },
  'presence.set': { carryOut: presenceSet, order: 'chat' },
};
