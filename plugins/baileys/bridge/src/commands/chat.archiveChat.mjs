import { changeSettings } from '../app_state.mjs';
import { createJid } from '../jids.mjs';
import { upTo } from '../last_message.mjs';
import { Refusal } from '../refusal.mjs';

/** {archive, chat?, lastMessage?}: one of the two says which chat. */
export default async function archiveChat(context, { body: { archive, chat, lastMessage } }) {
  const jid = createJid(chat ?? lastMessage.key.remoteJid);
  const last = lastMessage ?? context.lastMessage(jid);
  if (!last) throw new Refusal('lastMessage: is missing, and none of this chat has come in of late');
  await changeSettings(context, { archive, lastMessages: upTo(context, last) }, jid);
  return { result: { chatId: jid, archived: archive } };
}
