// How credentials and keys look in the store: JSON in which Buffers are base64; and what they are called there.
import { createHash } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { BufferJSON } from 'baileys/lib/Utils/generics.js';

export const encodeKey = (value) => Buffer.from(JSON.stringify(value, BufferJSON.replacer));

export function decodeKey(type, bytes) {
  const value = JSON.parse(bytes.toString('utf8'), BufferJSON.reviver);
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value;
}

const MOST_KEY = 512; // bytes; the host takes no longer ones
const DIGESTED = '~';

/**
 * The name of a key's record. An id may hold what a stranger wrote (the group that a sender key is for): one that the
 * host would refuse goes by its digest.
 */
export function keyOf(type, id) {
  const key = `key/${type}/${id}`;
  const plain = Buffer.byteLength(key) <= MOST_KEY && !id.startsWith(DIGESTED) && !id.includes('\0') && id.isWellFormed();
  return plain ? key : `key/${type}/${DIGESTED}${createHash('sha256').update(id, 'utf16le').digest('base64url')}`;
}
