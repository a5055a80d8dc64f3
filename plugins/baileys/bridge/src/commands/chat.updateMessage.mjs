import { messageKey } from '../message_key.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

/** {number, text, key}. An edit is a message of its own. */
export default async function updateMessage(context, command) {
  const { number, text, key } = command.body;
  const edited = messageKey(context, key);
  if (!edited.fromMe) throw new Refusal('Message not compatible: only a message of our own can be edited');
  const jid = await resolveRecipient(context, edited.remoteJid);
  if (isAnother(jid, await resolveRecipient(context, number))) throw new Refusal('RemoteJid does not match');
  const content = { text, linkPreview: null, edit: { ...edited, remoteJid: jid } };
  return send(context, command, jid, content, { attributes: { edit: '1' } });
}

/** One person has two addresses, of which the caller may know either. */
const isAnother = (one, other) => one !== other && one.endsWith('@lid') === other.endsWith('@lid');
