/**
 * An event as the daemon takes it. `dedupe` names what happened, per instance: a repeat is appended once.
 *
 * @param {string} type the wire name
 * @param {*} body the event's `data`
 */
export function draft(type, body, { chat = '', dedupe = '', occurredAtUs, fromSelf, durable } = {}) {
  return {
    type,
    chat: short(chat),
    dedupe: short(dedupe),
    occurredAtUs: Number.isSafeInteger(occurredAtUs) && occurredAtUs > 0 ? occurredAtUs : nowUs(),
    ...(fromSelf ? { fromSelf } : {}),
    ...(durable === false ? { durable } : {}),
    body: Buffer.from(JSON.stringify(body)),
  };
}

export const nowUs = () => Date.now() * 1000;

/** The daemon refuses names of more than 512 bytes; what WhatsApp's peers send is not ours to trust. */
const short = (text) => (Buffer.byteLength(text) <= 512 ? text : Buffer.from(text).subarray(0, 480).toString('utf8').replace(/\uFFFD+$/, ''));
