import { createHash } from 'node:crypto';
import { jsonOf } from './json.mjs';

/** Bytes of an event's body: the daemon takes 16 MiB with all that belongs to it, RabbitMQ 4 as much with the envelope. */
export const MOST_BODY = 15 * 1024 * 1024;

const MOST_CHAT = 256; // bytes that the daemon takes as the name of a chat
const MOST_DEDUPE = 512;

/**
 * An event as the daemon takes it. `dedupe` names what happened, per instance: a repeat is appended once.
 *
 * @param {string} type the wire name
 * @param {*} body the event's `data`
 */
export function draft(type, body, { chat = '', dedupe = '', occurredAtUs, fromSelf, durable } = {}) {
  return {
    type,
    chat: short(chat, MOST_CHAT),
    dedupe: short(dedupe, MOST_DEDUPE),
    occurredAtUs: Number.isSafeInteger(occurredAtUs) && occurredAtUs > 0 ? occurredAtUs : nowUs(),
    ...(fromSelf ? { fromSelf } : {}),
    ...(durable === false ? { durable } : {}),
    body: jsonOf(body),
  };
}

export const nowUs = () => Date.now() * 1000;

/** What WhatsApp's peers send is not ours to trust: a name that is too long keeps its beginning, and stays one of its own. */
function short(text, most) {
  if (Buffer.byteLength(text) <= most) return text;
  const digest = createHash('sha256').update(text).digest('base64url');
  const start = Buffer.from(text).subarray(0, most - digest.length - 4).toString('utf8').replace(/\uFFFD+$/, '');
  return `${start}~${digest}`;
}
