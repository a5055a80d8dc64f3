// Generated from the catalogue (tools/generate); not to be edited.
import chatFetchProfilePictureUrl from './commands/chat.fetchProfilePictureUrl.mjs';
import messageSendText from './commands/message.sendText.mjs';
import presenceSet from './commands/presence.set.mjs';

/** Name → what carries it out, and the member of the body that names the chat it keeps the order of. */
export const COMMANDS = {
  'chat.fetchProfilePictureUrl': { carryOut: chatFetchProfilePictureUrl },
  'message.sendText': { carryOut: messageSendText, order: 'number' },
  'presence.set': { carryOut: presenceSet, order: 'chat' },
};
