// A protobuf message as plain JSON, in the shape that the events' consumers know: byte arrays are base64 (or,
// `bytes: "object"`, objects keyed by index, 13 times as large), enumerators are numbers, 64-bit numbers
// {low, high, unsigned}, timestamps numbers.

const MOST_NESTED = 62; // the daemon takes 64 levels in a body; a message's content begins at the second

/** What a sender nested so deeply that no event can hold it. */
export class NestedTooDeeply extends Error {}

/** @returns the JSON; throws NestedTooDeeply */
export function plain(value, bytes = 'base64', name = '', room = MOST_NESTED) {
  if (value instanceof Uint8Array) return bytes === 'object' ? { ...value } : Buffer.from(value).toString('base64');
  if (value === null || typeof value !== 'object') return value;
  if (room === 0) throw new NestedTooDeeply();
  if (Array.isArray(value)) return value.map((element) => plain(element, bytes, '', room - 1));
  if (isLong(value)) {
    return /timestamp(ms)?$/i.test(name)
      ? value.toNumber()
      : { low: value.low, high: value.high, unsigned: value.unsigned };
  }
  const object = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined || member === null) continue;
    if (Array.isArray(member) && member.length === 0) continue; // protobuf's way to say absent
    object[key] = plain(member, bytes, key, room - 1);
  }
  return object;
}

export const numberOf = (value) => (isLong(value) ? value.toNumber() : Number(value ?? 0));

function isLong(value) {
  return value !== null && typeof value === 'object' && typeof value.toNumber === 'function';
}
