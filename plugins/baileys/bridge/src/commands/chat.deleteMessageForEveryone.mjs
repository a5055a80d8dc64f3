import { getDevice } from 'baileys/lib/Utils/messages.js';
import { areJidsSameUser, isJidGroup } from 'baileys/lib/WABinary/index.js';
import { draft } from '../draft.mjs';
import { keyData, messageData } from '../message_data.mjs';
import { messageKey } from '../message_key.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

/** {id, remoteJid, fromMe, participant?}. Completed once its `messages.delete` is in the log. */
export default async function deleteMessageForEveryone(context, command) {
  const given = messageKey(context, command.body);
  const jid = await resolveRecipient(context, given.remoteJid);
  const key = { ...given, remoteJid: jid };
  if (!key.fromMe && !(await administrates(context, jid))) throw new Refusal('only an administrator of a group can delete what others wrote there');
  const attributes = { edit: key.fromMe ? '7' : '8' };
  const { acknowledged, result } = await send(context, command, jid, { delete: key }, { attributes });
  const tell = async () => context.publish([draft('messages.delete', await deleted(context, key),
    { chat: jid, dedupe: `messages.delete ${jid} ${key.id} ${command.messageId}`, fromSelf: true })]);
  return { acknowledged: acknowledged.then(tell), result };
}

/** Whoever does not is answered as if it had been done, but nobody does it. */
async function administrates({ groupMetadata, creds: { me } }, jid) {
  if (!isJidGroup(jid)) return false;
  const { participants } = await groupMetadata(jid);
  return participants.some(({ id, admin }) => admin && (areJidsSameUser(id, me.id) || areJidsSameUser(id, me.lid)));
}

/** The message as far as it is known here: what was sent from here, without its time. */
async function deleted({ instanceId, bytes, sentMessage }, key) {
  const message = await sentMessage(key.id);
  const known = message && messageData({ key, message }, { instanceId, bytes });
  return {
    id: key.id,
    instanceId,
    key: keyData(key),
    messageType: known?.messageType ?? 'unknown',
    status: 'DELETED',
    source: getDevice(key.id),
    messageTimestamp: null,
    pushName: key.fromMe ? 'Você' : null,
    participant: key.participant ?? null,
    message: known?.message ?? {},
  };
}
