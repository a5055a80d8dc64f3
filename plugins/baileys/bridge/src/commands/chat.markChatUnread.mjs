import { changeSettings } from '../app_state.mjs';
import { createJid } from '../jids.mjs';
import { upTo } from '../last_message.mjs';

/** {lastMessage, chat?} */
export default async function markChatUnread(context, { body: { chat, lastMessage } }) {
  const jid = createJid(chat ?? lastMessage.key.remoteJid);
  await changeSettings(context, { markRead: false, lastMessages: upTo(context, lastMessage) }, jid);
  return { result: { chatId: jid, markedChatUnread: true } };
}
