// made from the catalogue by tools/generate; not to be edited.
import chatFetchProfilePictureUrl from './commands/chat.fetchProfilePictureUrl.mjs';
import chatMarkMessageAsRead from './commands/chat.markMessageAsRead.mjs';
import messageSendReaction from './commands/message.sendReaction.mjs';
import messageSendText from './commands/message.sendText.mjs';
import presenceSet from './commands/presence.set.mjs';

/** Name → what carries it out, what a repeat would do, and the member of the body that names the chat it keeps the order of. */
export const COMMANDS = {
  'chat.fetchProfilePictureUrl': { carryOut: chatFetchProfilePictureUrl, effect: 'safe' },
  'chat.markMessageAsRead': { carryOut: chatMarkMessageAsRead, effect: 'safe', order: 'readMessages.0.remoteJid' },
  'message.sendReaction': { carryOut: messageSendReaction, effect: 'message', order: 'key.remoteJid' },
  'message.sendText': { carryOut: messageSendText, effect: 'message', order: 'number' },
  'presence.set': { carryOut: presenceSet, effect: 'safe', order: 'chat' },
};
