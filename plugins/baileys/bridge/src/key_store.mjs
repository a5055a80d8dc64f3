import { transactionContext } from './signal_jobs.mjs';
import { decodeKey, encodeKey } from './key_codec.mjs';
import { Serial } from './serial.mjs';

const OPS_PER_WRITE = 2000;
const BYTES_PER_WRITE = 6 * 1024 * 1024;
const CACHED = 256;
const UNCACHED = new Set(['pre-key']); // hundreds, each read once

let lastId = 0;

/**
 * Credentials and Signal keys of one instance, in the host's key-value store.
 *
 * Writes are seen by readers at once and reach the host in order, one write in flight; what came
 * meanwhile goes in the next. The writes of one transaction are never split over two (unless they are
 * thousands). `durable()` tells when everything written so far is kept: nothing may leave for the network
 * before (see gate.mjs).
 *
 * A failed write ends the store for good: memory is ahead of the disk then. `onFailure` is called
 * first, synchronously, so that the socket is dead before any caller sees the error.
 */
export class KeyStore {
  id = ++lastId;
  #host;
  #onFailure;
  #failure = null;
  #queue = []; // groups of writes, not sent yet: Map key -> {value, bytes, ttlS}
  #unsaved = new Map(); // key -> value, newest write that is not durable
  #cache = new Map(); // key -> value, least recently used first
  #creds = null;
  #credsChanged = false;
  #flushing = null; // promise of the write in flight
  #scheduled = null;
  #serial = new Serial();

  constructor(host, onFailure) {
    this.#host = host;
    this.#onFailure = onFailure;
  }

  // --- what baileys calls -------------------------------------------------------------------------

  async get(type, ids) {
    const found = {};
    const missing = [];
    const tx = this.#transaction();
    for (const id of ids) {
      const key = keyOf(type, id);
      const value = this.#known(tx, key);
      if (value === undefined) missing.push(id);
      else if (value !== null) found[id] = value;
    }
    if (missing.length > 0) await this.#fetch(type, missing, found, tx);
    return found;
  }

  /** Resolves when the writes are durable; inside a transaction at once, for they go with it. */
  async set(data) {
    const writes = new Map();
    for (const [type, entries] of Object.entries(data)) {
      for (const [id, value] of Object.entries(entries)) {
        writes.set(keyOf(type, id), { type, value: value ?? null, bytes: value ? encodeKey(value) : null });
      }
    }
    const tx = this.#transaction();
    if (tx) {
      for (const [key, write] of writes) tx.writes.set(key, write);
      return;
    }
    this.#enqueue(writes);
    await this.durable();
  }

  isInTransaction = () => this.#transaction() !== undefined;

  /**
   * Runs `work` alone; its writes become one group when it is done, none if it throws. A transaction
   * within a transaction joins it. Resolves when the work is done, which is before it is durable.
   */
  async transaction(work) {
    if (this.#transaction()) return work();
    return this.#serial.run(async () => {
      if (this.#failure) throw this.#failure;
      const tx = { owner: this, writes: new Map(), over: false };
      try {
        const result = await transactionContext.run(tx, work);
        if (tx.writes.size > 0) this.#enqueue(tx.writes);
        return result;
      } finally {
        tx.over = true;
      }
    });
  }

  // --- what the bridge calls ----------------------------------------------------------------------

  /** Adds a record of ours to the running transaction. */
  put(key, bytes, ttlS) {
    const tx = this.#transaction();
    const write = { value: undefined, bytes, ttlS };
    if (tx) tx.writes.set(key, write);
    else this.#enqueue(new Map([[key, write]]));
  }

  /** @returns {Promise<void>|null} null: nothing is waiting to be kept */
  durable() {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#queue.length === 0 && !this.#credsChanged) return this.#flushing;
    const after = this.#flushing ?? Promise.resolve();
    this.#scheduled ??= after.then(() => new Promise(setImmediate)).then(() => this.#flush());
    return this.#scheduled;
  }

  /** Credentials are saved with the next write. `serialise` is called then. */
  saveCreds(serialise) {
    if (this.#failure) return;
    this.#creds = serialise;
    this.#credsChanged = true;
    this.durable()?.catch(() => {}); // told to onFailure
  }

  /** No more writes: what a dead socket still does is void. Resolves when none is in flight. */
  async close() {
    this.#failure ??= new Error('the key store is closed');
    this.#queue = [];
    this.#credsChanged = false;
    await this.#flushing?.catch(() => {}); // told to onFailure
  }

  // --- inside -------------------------------------------------------------------------------------

  #transaction() {
    const tx = transactionContext.getStore();
    return tx?.owner === this && !tx.over ? tx : undefined;
  }

  #known(tx, key) {
    const inTransaction = tx?.writes.get(key);
    if (inTransaction) return inTransaction.value;
    if (this.#unsaved.has(key)) return this.#unsaved.get(key).value;
    const cached = this.#cache.get(key);
    if (cached !== undefined) this.#remember(key, cached);
    return cached;
  }

  async #fetch(type, ids, found, tx) {
    let values;
    try {
      if (this.#failure) throw this.#failure;
      values = await this.#host.get(ids.map((id) => keyOf(type, id)));
    } catch (error) {
      throw this.#fail(error);
    }
    ids.forEach((id, i) => {
      const key = keyOf(type, id);
      let value = this.#known(tx, key); // written while we were reading
      if (value === undefined && values[i] !== null) {
        value = decodeKey(type, values[i]);
        if (!UNCACHED.has(type)) this.#remember(key, value);
      }
      if (value !== undefined && value !== null) found[id] = value;
    });
  }

  #enqueue(writes) {
    if (this.#failure) throw this.#failure;
    this.#queue.push(writes);
    for (const [key, write] of writes) {
      if (write.value === undefined) continue; // a record of ours, never read here
      this.#unsaved.set(key, write);
      this.#cache.delete(key);
    }
    this.durable().catch(() => {}); // told to onFailure
  }

  async #flush() {
    this.#scheduled = null;
    const batch = this.#takeBatch();
    if (batch.size === 0 && !this.#credsChanged) return;
    const ops = [...batch].map(([key, { bytes, ttlS }]) => ({ key, value: bytes, ttlS }));
    if (this.#credsChanged) {
      this.#credsChanged = false;
      ops.push({ key: 'creds', value: this.#creds() });
    }
    this.#flushing = this.#host.write(ops).then(
      () => this.#saved(batch),
      (error) => { throw this.#fail(error); });
    const flushed = this.#flushing;
    try {
      await flushed;
    } finally {
      if (this.#flushing === flushed) this.#flushing = null;
    }
    if (this.#queue.length > 0) await this.durable(); // it was more than one write could hold
  }

  /** Whole groups as long as they fit; a group that alone is too large goes in parts. */
  #takeBatch() {
    const batch = new Map();
    let bytes = 0;
    while (this.#queue.length > 0) {
      const group = this.#queue[0];
      const full = batch.size + group.size > OPS_PER_WRITE || bytes > BYTES_PER_WRITE;
      if (full && batch.size > 0) return batch;
      for (const [key, write] of group) {
        if (batch.size >= OPS_PER_WRITE) return batch;
        batch.set(key, write);
        bytes += write.bytes?.length ?? 0;
        group.delete(key);
      }
      this.#queue.shift();
    }
    return batch;
  }

  #saved(batch) {
    for (const [key, write] of batch) {
      if (this.#unsaved.get(key) !== write) continue; // written again meanwhile
      this.#unsaved.delete(key);
      if (write.value !== null && !UNCACHED.has(write.type)) this.#remember(key, write.value);
    }
  }

  #remember(key, value) {
    this.#cache.delete(key);
    this.#cache.set(key, value);
    if (this.#cache.size > CACHED) this.#cache.delete(this.#cache.keys().next().value);
  }

  #fail(error) {
    if (!this.#failure) {
      this.#failure = error;
      this.#queue = [];
      this.#cache.clear();
      this.#onFailure(error);
    }
    return this.#failure;
  }
}

export const keyOf = (type, id) => `key/${type}/${id}`;
