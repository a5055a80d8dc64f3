// A record larger than the host takes as one value lies in parts (PROTOCOL.md, "Keys"): under its own key a head that
// names them, under parts/… the bytes. Pure: which operations stand for the ones that were asked for, and back.
import { randomBytes } from 'node:crypto';

export const PREFIX = 'parts/';

const PART_BYTES = 1024 * 1024; // what the host takes as one value
const WRITE_BYTES = 8 * 1024 * 1024; // what is put into one write, well within a frame
const CROWDED_BYTES = 64 * 1024; // what goes in parts of a write that is larger than that by its small values alone
const MAGIC = Buffer.from('\xffparts1 ', 'latin1'); // no JSON, protobuf or pending record begins like this

/** @returns {{id: string, n: number, size: number}|null} what a head says; null: the value is no head */
export function readHead(value) {
  return value && isHead(value) ? JSON.parse(value.subarray(MAGIC.length).toString('utf8')) : null;
}

/** @returns {string[]} the keys of the parts of record `key`, in order */
export const partKeys = (key, { id, n }) => Array.from({ length: n }, (_, i) => `${setPrefix(key, id)}${String(i).padStart(6, '0')}`);

/** @returns {{id: string, isLabel: boolean}} what the key of something under PREFIX says */
export function readPartKey(key) {
  const [, , id, place] = key.split('/');
  return { id, isLabel: place === LABEL };
}

/**
 * Which records of one instance lie in parts, so that the parts go when their record does.
 *
 * The bytes of a record are written before or with its head, under names of their own, and a head changes in the one
 * write that removes the parts of its predecessor: a record is always whole, the old one or the new one. What a
 * crash leaves without a head is found by its name (`isOurs`) at the next start.
 */
export class PartedRecords {
  #sets = new Map(); // key of a record -> {id, n}
  #names;

  /** @param names PartNames */
  constructor(names) {
    this.#names = names;
  }

  set(key, set) {
    if (set) this.#sets.set(key, set);
    else this.#sets.delete(key);
  }

  /**
   * @param {{key, value: Buffer|null, ttlS?}[]} ops
   * @returns {{before: object[][], ops: object[], changes: [string, object|null][]}} `before`: writes to be made one
   *   after the other before that of `ops`; `changes`: for set(), when all of it is done
   */
  split(ops) {
    const sizes = ops.map(({ value }) => value?.length ?? 0).filter((size) => size <= PART_BYTES);
    const most = sizes.reduce((sum, size) => sum + size, 0) > WRITE_BYTES ? CROWDED_BYTES : PART_BYTES;
    const isLarge = (value) => value !== null && (value.length > most || isHead(value));
    if (this.#sets.size === 0 && !ops.some(({ value }) => isLarge(value))) return { before: [], ops, changes: [] };
    const whole = [], parts = [], changes = [];
    for (const op of ops) {
      const old = this.#sets.get(op.key);
      if (old) {
        for (const key of [...partKeys(op.key, old), labelKey(op.key, old)]) whole.push({ key, value: null });
        changes.push([op.key, null]);
      }
      if (!isLarge(op.value)) {
        whole.push(op);
        continue;
      }
      const set = { id: this.#names.next(), n: Math.ceil(op.value.length / PART_BYTES) };
      const { ttlS } = op;
      parts.push({ key: labelKey(op.key, set), value: Buffer.from(op.key), ttlS });
      partKeys(op.key, set).forEach((key, i) => parts.push({ key, value: op.value.subarray(i * PART_BYTES, (i + 1) * PART_BYTES), ttlS }));
      whole.push({ key: op.key, value: headOf({ ...set, size: op.value.length }), ttlS });
      changes.push([op.key, set]);
    }
    const before = pages(parts);
    return { ops: [...(before.pop() ?? []), ...whole], before, changes };
  }
}

/** Names for sets of parts: never the same twice, and told apart from those of another process. */
export class PartNames {
  #mine = randomBytes(9).toString('base64url');
  #last = 0;

  next() {
    return `${this.#mine}.${++this.#last}`;
  }

  isOurs(id) {
    return id.startsWith(`${this.#mine}.`);
  }
}

const LABEL = 'owner'; // its value is the key of the record

/** The record's kind is part of it, so that whoever deletes all records of a kind finds their parts. */
const setPrefix = (key, id) => `${PREFIX}${key.split('/')[0]}/${id}/`;
const labelKey = (key, { id }) => setPrefix(key, id) + LABEL;
const headOf = (head) => Buffer.concat([MAGIC, Buffer.from(JSON.stringify(head))]);
const isHead = (value) => value.subarray(0, MAGIC.length).equals(MAGIC);

function pages(ops) {
  const all = [];
  let bytes = Infinity;
  for (const op of ops) {
    if (bytes + op.value.length > WRITE_BYTES) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1).push(op);
    bytes += op.value.length;
  }
  return all;
}
