// How credentials and keys look in the store: JSON in which Buffers are base64.
import { proto } from 'baileys/WAProto/index.js';
import { BufferJSON } from 'baileys/lib/Utils/generics.js';

export const encodeKey = (value) => Buffer.from(JSON.stringify(value, BufferJSON.replacer));

export function decodeKey(type, bytes) {
  const value = JSON.parse(bytes.toString('utf8'), BufferJSON.reviver);
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value;
}
