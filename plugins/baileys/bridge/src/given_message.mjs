import { proto } from 'baileys/WAProto/index.js';
import { unwrap } from './message_data.mjs';

/**
 * The content of a message that exists, as a caller hands it back or as we sent it.
 *
 * @param {object|undefined} message as an event or an answer had it (plain.mjs, in either form)
 * @param {string} id of the message
 * @returns {Promise<{content: object, ours: boolean}|undefined>} `ours`: it is known to be sent from here; undefined: nobody knows it
 */
export async function givenMessage(context, message, id) {
  const sent = await context.sentMessage(id);
  if (message === undefined && !sent) return undefined;
  const content = message === undefined ? sent : proto.Message.fromObject(withBytes(message));
  return { content: unwrap(content), ours: sent !== undefined };
}

/** Bytes of a message may be an object keyed by index; base64 is read as it is. */
function withBytes(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withBytes);
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return Uint8Array.from(Object.values(value));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withBytes(member)]));
}
