import { TailReader } from './frames.mjs';
import { PartedRecords, partKeys, PartNames, PREFIX, readHead, readPartKey } from './parts.mjs';
import { Status } from './status.mjs';

const SCAN_PAGE = 500;
const GET_PAGE = 500;
const PARTS_PAGE = 7; // of 1 MiB each; the host answers with 8 MiB at most
const JOINED_BYTES = 8 * 1024 * 1024; // of records given out at once
const TRIES = 3;

/**
 * What the daemon offers to one instance: its key-value records and its place in the event log.
 * Every call rejects with HostError if it was not carried out.
 *
 * An operation is {key, value: Buffer | null (delete), ttlS?}. A value may have any size (parts.mjs); a call
 * that changes records is all or nothing.
 */
export class InstanceHost {
  #link;
  #k;
  #names = new PartNames();
  #parted = null; // PartedRecords; null: to be read from the host, which knows
  #learning = null;

  constructor(link, k) {
    this.#link = link;
    this.#k = k;
  }

  /** @returns {Promise<(Buffer|null)[]>} one per key, in order */
  async get(keys) {
    const values = await this.#values(keys);
    for (const [i, value] of values.entries()) {
      const head = readHead(value);
      if (head) values[i] = await this.#join(keys[i], head);
    }
    return values;
  }

  /** All or nothing. */
  write(ops) {
    return this.#change(ops, (all) => this.#write(all));
  }

  /** Every record whose key begins with `prefix`, in the order of the keys, page by page. */
  async *scan(prefix) {
    for await (const records of this.#pages(prefix)) {
      let page = [], bytes = 0;
      for (const { key, value } of records) {
        const head = readHead(value);
        const whole = head ? await this.#join(key, head) : value;
        page.push({ key, value: whole });
        bytes += whole?.length ?? 0;
        if (bytes < JOINED_BYTES) continue;
        yield page;
        page = [];
        bytes = 0;
      }
      if (page.length > 0) yield page;
    }
  }

  /** Events and operations in one commit. A draft's `body` is a Buffer of JSON. */
  publish(drafts, ops) {
    const headers = drafts.map(({ body, instead, quarantine, ...draft }) => ({ ...draft, n: body.length }));
    const bodies = drafts.map((draft) => draft.body);
    return this.#change(ops, async (all) => {
      const { list, tail } = listOf(all);
      await this.#link.request({ t: 'publish', k: this.#k, drafts: headers, ops: list }, [...bodies, ...tail]);
    });
  }

  async #change(ops, commit) {
    const parted = this.#parted ?? await this.#learn();
    const { before, ops: all, changes } = parted.split(ops);
    try {
      for (const page of before) await this.#write(page);
      const done = commit(all);
      for (const change of changes) parted.set(...change);
      await done;
      for (const change of changes) this.#parted?.set(...change); // also if it was read anew meanwhile
    } catch (error) {
      this.#parted = null; // it may have been done, or not
      throw error;
    }
  }

  async #write(ops) {
    const { list, tail } = listOf(ops);
    await this.#link.request({ t: 'kv.write', k: this.#k, ops: list }, tail);
  }

  #learn() {
    this.#learning ??= this.#readParts().finally(() => { this.#learning = null; });
    return this.#learning;
  }

  /** Finds the records that lie in parts, and removes parts that an earlier process left without a record. */
  async #readParts() {
    const sets = new Map(); // id -> {keys, owner?}
    for await (const records of this.#pages(PREFIX)) {
      for (const { key, value } of records) {
        const { id, isLabel } = readPartKey(key);
        const set = sets.get(id) ?? { keys: [] };
        sets.set(id, set);
        set.keys.push(key);
        if (isLabel) set.owner = value.toString('utf8');
      }
    }
    const owners = [...new Set([...sets.values()].flatMap(({ owner }) => owner ?? []))];
    const values = owners.length > 0 ? await this.#values(owners) : [];
    const parted = new PartedRecords(this.#names);
    for (const [i, owner] of owners.entries()) {
      const head = readHead(values[i]);
      if (head && sets.delete(head.id)) parted.set(owner, head);
    }
    const left = [...sets].filter(([id]) => !this.#names.isOurs(id)).flatMap(([, { keys }]) => keys);
    for (let from = 0; from < left.length; from += GET_PAGE) {
      await this.#write(left.slice(from, from + GET_PAGE).map((key) => ({ key, value: null })));
    }
    return (this.#parted = parted);
  }

  /** The record whose head was read. null: it is gone, or was changed all the time that it was being read. */
  async #join(key, head) {
    for (let tries = 0; head && tries < TRIES; ++tries) {
      const keys = partKeys(key, head);
      const parts = [];
      for (let from = 0; from < keys.length; from += PARTS_PAGE) {
        parts.push(...await this.#values(keys.slice(from, from + PARTS_PAGE)));
      }
      if (!parts.includes(null)) return Buffer.concat(parts, head.size);
      const [value] = await this.#values([key]);
      head = readHead(value);
      if (!head) return value;
    }
    return null;
  }

  async *#pages(prefix) {
    for (let after = ''; ; ) {
      const answer = await this.#link.request({ t: 'kv.scan', k: this.#k, prefix, after, limit: SCAN_PAGE });
      const { records } = answer.header;
      if (records.length === 0) return;
      const tail = new TailReader(answer.tail);
      yield records.map(({ key, n }) => ({ key, value: copy(tail.take(n)) }));
      after = records.at(-1).key;
    }
  }

  async #values(keys) {
    const values = [];
    for (let from = 0; from < keys.length; from += GET_PAGE) {
      values.push(...await this.#page(keys.slice(from, from + GET_PAGE)));
    }
    return values;
  }

  /** What does not fit into one answer is asked for by halves. */
  async #page(keys) {
    let answer;
    try {
      answer = await this.#link.request({ t: 'kv.get', k: this.#k, keys });
    } catch (error) {
      if (error.status !== Status.invalidArgument || keys.length === 1) throw error;
      const half = Math.ceil(keys.length / 2);
      return [...await this.#page(keys.slice(0, half)), ...await this.#page(keys.slice(half))];
    }
    const tail = new TailReader(answer.tail);
    return answer.header.records.map((record) => copy(tail.take(record.n)));
  }
}

function listOf(ops) {
  const list = ops.map(({ key, value, ttlS }) => ({ key, n: value === null ? -1 : value.length, secret: true, ttlS }));
  return { list, tail: ops.flatMap(({ value }) => (value === null ? [] : [value])) };
}

/** A value that outlives the frame it came in must not keep the whole frame in memory. */
const copy = (value) => (value === null ? null : Buffer.from(value));
