import { TailReader } from './frames.mjs';

const SCAN_PAGE = 500;
const GET_PAGE = 500;

/**
 * What the daemon offers to one instance: its key-value records and its place in the event log.
 * Every call rejects with HostError if it was not carried out.
 *
 * An operation is {key, value: Buffer | null (delete), ttlS?}.
 */
export class InstanceHost {
  #link;
  #k;

  constructor(link, k) {
    this.#link = link;
    this.#k = k;
  }

  /** @returns {Promise<(Buffer|null)[]>} one per key, in order */
  async get(keys) {
    const values = [];
    for (let from = 0; from < keys.length; from += GET_PAGE) {
      const page = keys.slice(from, from + GET_PAGE);
      const answer = await this.#link.request({ t: 'kv.get', k: this.#k, keys: page });
      const tail = new TailReader(answer.tail);
      values.push(...answer.header.records.map((record) => copy(tail.take(record.n))));
    }
    return values;
  }

  /** All or nothing. */
  async write(ops) {
    const { list, tail } = writeOps(ops);
    await this.#link.request({ t: 'kv.write', k: this.#k, ops: list }, tail);
  }

  /** Every record whose key begins with `prefix`, in the order of the keys, page by page. */
  async *scan(prefix) {
    for (let after = ''; ; ) {
      const answer = await this.#link.request({
        t: 'kv.scan', k: this.#k, prefix, after, limit: SCAN_PAGE,
      });
      const { records } = answer.header;
      if (records.length === 0) return;
      const tail = new TailReader(answer.tail);
      yield records.map(({ key, n }) => ({ key, value: copy(tail.take(n)) }));
      after = records.at(-1).key;
    }
  }

  /** Events and operations in one commit. A draft's `body` is a Buffer of JSON. */
  async publish(drafts, ops) {
    const { list, tail } = writeOps(ops);
    const headers = drafts.map(({ body, ...draft }) => ({ ...draft, n: body.length }));
    const bodies = drafts.map((draft) => draft.body);
    await this.#link.request(
      { t: 'publish', k: this.#k, drafts: headers, ops: list }, [...bodies, ...tail]);
  }
}

function writeOps(ops) {
  const list = ops.map(({ key, value, ttlS }) => ({ key, n: value === null ? -1 : value.length, secret: true, ttlS }));
  return { list, tail: ops.flatMap(({ value }) => (value === null ? [] : [value])) };
}

/** A value that outlives the frame it came in must not keep the whole frame in memory. */
const copy = (value) => (value === null ? null : Buffer.from(value));
