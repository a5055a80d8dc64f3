import { proto } from 'baileys/WAProto/index.js';
import { messageKey } from '../message_key.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';

const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.PinInChat.Type;

/** {key, pin, duration}: seconds that it stays above its chat. */
export default async function pin(context, command) {
  const { key, pin: pinned, duration } = command.body;
  const given = messageKey(context, key);
  const jid = await resolveRecipient(context, given.remoteJid);
  const content = { pin: { ...given, remoteJid: jid }, type: pinned ? PIN_FOR_ALL : UNPIN_FOR_ALL, time: duration };
  return send(context, command, jid, content, { attributes: { edit: '2' } });
}
