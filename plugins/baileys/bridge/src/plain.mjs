// A protobuf message as plain JSON, in the shape that the events' consumers know: byte arrays are
// objects keyed by index, enumerators are numbers, 64-bit numbers {low, high, unsigned}, timestamps numbers.

export function plain(value, name = '') {
  if (value instanceof Uint8Array) return { ...value };
  if (Array.isArray(value)) return value.map((element) => plain(element));
  if (value === null || typeof value !== 'object') return value;
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
    object[key] = plain(member, key);
  }
  return object;
}

export const numberOf = (value) => (isLong(value) ? value.toNumber() : Number(value ?? 0));

function isLong(value) {
  return value !== null && typeof value === 'object' && typeof value.toNumber === 'function';
}
