import { proto } from 'baileys/WAProto/index.js';
import { createJid } from './jids.mjs';
import { unwrap } from './message_data.mjs';
import { Refusal } from './refusal.mjs';

/**
 * The content of a message that exists: as a caller hands it back, as we sent it, or as it came in of late.
 *
 * @param {object|undefined} message as an event or an answer had it (plain.mjs, in either form)
 * @param {{id: string, remoteJid?: string}} key of the message
 * @param {string} [chat] where it is, if the key does not say
 * @throws Refusal if what the caller hands back is none
 * @returns {Promise<{content: object, ours: boolean}|undefined>} `ours`: it is known to be of this account; undefined: nobody knows it
 */
export async function givenMessage(context, message, { id, remoteJid }, chat) {
  const known = await knownMessage(context, id, [remoteJid && createJid(remoteJid), chat]);
  if (message === undefined) return known && { ...known, content: unwrap(known.content) };
  return { content: unwrap(read(message)), ours: known?.ours === true };
}

function read(message) {
  try {
    return proto.Message.fromObject(withBytes(message));
  } catch {
    throw new Refusal('message: is not the content of a message as an event or an answer has it');
  }
}

async function knownMessage({ sentMessage, recentMessage }, id, chats) {
  const sent = await sentMessage(id);
  if (sent) return { content: sent, ours: true };
  const recent = chats.map((chat) => chat && recentMessage(chat, id)).find(Boolean);
  return recent && { content: recent.content, ours: recent.fromMe };
}

/** Bytes of a message may be an object keyed by index; base64 is read as it is. */
function withBytes(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withBytes);
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return Uint8Array.from(Object.values(value));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withBytes(member)]));
}
