import { createJid } from '../jids.mjs';
import { Refusal } from '../refusal.mjs';

const OF_ACCOUNT = new Set(['available', 'unavailable']);
const OF_CHAT = new Set(['composing', 'recording', 'paused']);

/** {presence, chat?}. Without a name baileys ignores the account's presence; a chat's without a chat makes it throw. */
export default async function setPresence({ sock, creds }, { body: { presence, chat } }) {
  if (OF_ACCOUNT.has(presence)) {
    creds.me.name ||= creds.me.id.split(/[:@]/)[0];
    await sock.sendPresenceUpdate(presence);
  } else if (!OF_CHAT.has(presence)) {
    throw new Refusal('this presence is not known');
  } else if (chat) {
    await sock.sendPresenceUpdate(presence, createJid(chat));
  }
  return { result: { presence } };
}
