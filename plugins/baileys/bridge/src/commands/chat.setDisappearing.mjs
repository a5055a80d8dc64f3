import { isJidGroup } from 'baileys/lib/WABinary/index.js';
import { changeGroup, expire } from '../groups.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';

/** {number, expiration}: seconds after which what is written in the chat from now on disappears; 0: never. */
export default async function setDisappearing(context, command) {
  const { number, expiration } = command.body;
  const jid = await resolveRecipient(context, number);
  const result = { chat: jid, expiration };
  if (isJidGroup(jid)) {
    return changeGroup(context, { groupJid: jid }, () => expire(context, command, jid, expiration), result);
  }
  const { acknowledged } = await send(context, command, jid, { disappearingMessagesInChat: expiration });
  return { acknowledged, result };
}
