import { isJidBroadcast, isJidGroup } from 'baileys/lib/WABinary/index.js';
import { createJid } from './jids.mjs';
import { Refusal } from './refusal.mjs';

/**
 * The key of a message that exists, as WhatsApp takes it. Where many write it says who wrote a message of others: as the
 * caller says, else as we saw it come in.
 *
 * @param {{authorOf: (chat: string, id: string) => string|undefined}} context
 * @param {{id: string, remoteJid: string, fromMe: boolean, participant?: string}} given
 * @throws Refusal
 */
export function messageKey({ authorOf }, { id, remoteJid, fromMe, participant }) {
  if (typeof id !== 'string' || typeof remoteJid !== 'string') throw new Refusal('the key of a message needs an id and a remoteJid');
  const key = { remoteJid: createJid(remoteJid), fromMe: fromMe === true, id };
  const hasAuthor = isJidGroup(key.remoteJid) || isJidBroadcast(key.remoteJid);
  if (key.fromMe || !hasAuthor) return key;
  const author = participant ? createJid(participant) : authorOf(key.remoteJid, id);
  if (!author) throw new Refusal(`the key of message ${id.slice(0, 64)} needs a participant: who wrote it is not known here`);
  return { ...key, participant: author };
}
