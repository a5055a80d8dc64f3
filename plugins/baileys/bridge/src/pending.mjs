// A decrypted message that is not yet known to be in the event log. The record is written in the same commit
// as the Signal ratchet that decrypted it, and deleted in the commit that appends its event. What
// is left after a crash is turned into the event it would have been.
//
// Key: pending/<order>, so that a scan gives them in the order of arrival.
// Value: u32 size of the header | header JSON {me, digest of the ciphertext, quarantine?} | u32 size of the stanza | stanza |
// plaintext.
// The stanza comes without its ciphertexts.
import { decodeBinaryNode, encodeBinaryNode } from 'baileys/lib/WABinary/index.js';

export const PREFIX = 'pending/';

let lastOrder = 0;

export function newPendingKey() {
  lastOrder = Math.max(lastOrder + 1, Date.now() * 1000);
  return PREFIX + String(lastOrder).padStart(17, '0');
}

/** Keys made from now on sort behind `key`, whatever the clock says. */
export function continueAfter(key) {
  const order = Number(key.slice(PREFIX.length));
  if (order > lastOrder) lastOrder = order;
}

/**
 * @param {{stanza: object, plaintext: Uint8Array, me: {id: string, lid?: string}, digest: string,
 *   quarantine?: {reason: string, bytes: number}}} received
 */
export function encodePending({ stanza, plaintext, me, digest, quarantine }) {
  const header = Buffer.from(JSON.stringify({ me: { id: me.id, lid: me.lid }, digest, quarantine }));
  const node = Buffer.from(encodeBinaryNode(withoutCiphertexts(stanza)));
  return Buffer.concat([sized(header), sized(node), plaintext]);
}

/** All of a message that fits anywhere: whose it is. Published if its record was refused and then its process ended. */
export function encodeStub({ stanza, plaintext, me, digest }) {
  const known = NAMES.filter((name) => stanza.attrs[name] !== undefined);
  const attrs = Object.fromEntries(known.map((name) => [name, String(stanza.attrs[name]).slice(0, 200)]));
  const quarantine = { reason: 'refused', bytes: plaintext.length };
  return encodePending({ stanza: { tag: 'message', attrs }, plaintext: Buffer.alloc(0), me, digest, quarantine });
}

const NAMES = ['id', 'from', 'participant', 'recipient', 't', 'notify', 'category', 'addressing_mode',
  'sender_pn', 'sender_lid', 'participant_pn', 'participant_lid'];

export async function decodePending(bytes) {
  const [header, rest] = unsized(bytes);
  const [node, plaintext] = unsized(rest);
  return { ...JSON.parse(header.toString('utf8')), stanza: await decodeBinaryNode(node), plaintext };
}

function withoutCiphertexts(stanza) {
  const content = Array.isArray(stanza.content)
    ? stanza.content.map((child) => (child.tag === 'enc' ? { tag: 'enc', attrs: child.attrs } : child))
    : undefined;
  return { ...stanza, content };
}

function sized(part) {
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32LE(part.length);
  return Buffer.concat([size, part]);
}

function unsized(bytes) {
  const size = bytes.readUInt32LE(0);
  if (size > bytes.length - 4) throw new Error('a pending record that is cut short');
  return [bytes.subarray(4, 4 + size), bytes.subarray(4 + size)];
}
