import { transactionContext } from './signal_jobs.mjs';
import { decodeKey, encodeKey, keyOf } from './key_codec.mjs';
import { Serial } from './serial.mjs';
import { boundSession } from './session_bounds.mjs';
import { isFinal } from './status.mjs';

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
 * first, synchronously, so that the socket is dead before any caller sees the error. What the host refuses for what
 * it is would be refused for ever, and WhatsApp would send its message for ever: see #writeOne.
 */
export class KeyStore {
  id = ++lastId;
  #host;
  #onFailure;
  #onRefused;
  #failure = null;
  #queue = []; // groups of writes, not sent yet
  #unsaved = new Map(); // key -> value, newest write that is not durable
  #cache = new Map(); // key -> value, least recently used first
  #creds = null;
  #credsChanged = false;
  #flushing = null; // promise of the write in flight
  #scheduled = null;
  #serial = new Serial();

  /** @param onRefused (error) => void: the host refuses a write for what it is; it goes on without some of it */
  constructor(host, onFailure, onRefused = () => {}) {
    this.#host = host;
    this.#onFailure = onFailure;
    this.#onRefused = onRefused;
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
    const writes = new Group();
    for (const [type, entries] of Object.entries(data)) {
      for (const [id, value] of Object.entries(entries)) {
        if (type === 'session') boundSession(value);
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
    return this.#run(work, new Group());
  }

  // --- what the bridge calls ----------------------------------------------------------------------

  /** A transaction without whose keys life goes on: if the host refuses them for what they are, they are left out. */
  async expendable(work) {
    return this.#run(work, new Group({ expendable: true }));
  }

  /** Adds a record of ours to the running transaction. `instead`: what is kept of it if the host refuses the bytes. */
  put(key, bytes, { ttlS, instead } = {}) {
    const tx = this.#transaction();
    const write = { value: undefined, bytes, ttlS, instead };
    if (tx) tx.writes.set(key, write);
    else this.#enqueue(new Group().set(key, write));
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

  async #run(work, writes) {
    if (this.#transaction()) return work();
    return this.#serial.run(async () => {
      if (this.#failure) throw this.#failure;
      const tx = { owner: this, writes, over: false };
      try {
        const result = await transactionContext.run(tx, work);
        if (writes.size > 0) this.#enqueue(writes);
        return result;
      } finally {
        tx.over = true;
      }
    });
  }

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
    const groups = this.#takeGroups();
    if (groups.length === 0 && !this.#credsChanged) return;
    this.#flushing = this.#write(groups).catch((error) => { throw this.#fail(error); });
    const flushed = this.#flushing;
    try {
      await flushed;
    } finally {
      if (this.#flushing === flushed) this.#flushing = null;
    }
    if (this.#queue.length > 0) await this.durable(); // it was more than one write could hold
  }

  async #write(groups) {
    const creds = this.#credsChanged ? [{ key: 'creds', value: this.#creds() }] : [];
    this.#credsChanged = false;
    const batch = new Map(groups.flatMap((group) => [...group]));
    try {
      await this.#host.write([...opsOf(batch), ...creds]);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await this.#writeEach(groups, creds);
    }
    this.#saved(batch);
  }

  /** The host refuses the whole for what it is: group by group, to find the one at fault. */
  async #writeEach(groups, creds) {
    for (const group of groups) await this.#writeOne(group);
    if (creds.length > 0) await this.#host.write(creds);
  }

  /**
   * Of a group that is refused, the records are kept as what they name instead; if it is keys that are refused, and they
   * are expendable, the records alone: the keys stay as they were stored last, and the next message starts from there.
   */
  async #writeOne(group) {
    const ops = opsOf(group);
    const keys = ops.filter(({ instead }) => !instead);
    const records = ops.filter(({ instead }) => instead).map(({ key, ttlS, instead }) => ({ key, ttlS, value: instead }));
    const choices = [ops];
    if (records.length > 0) choices.push([...records, ...keys]);
    if (group.expendable) choices.push(records);
    for (const choice of choices) {
      try {
        if (choice.length > 0) await this.#host.write(choice);
        if (choice === records) for (const { key } of keys) this.#unsaved.delete(key);
        return;
      } catch (error) {
        if (!isFinal(error) || choice === choices.at(-1)) throw error;
        this.#onRefused(error);
      }
    }
  }

  /** Whole groups as long as they fit; a group that alone is too large goes in parts. */
  #takeGroups() {
    const groups = [];
    let count = 0, bytes = 0;
    while (this.#queue.length > 0) {
      const group = this.#queue[0];
      const full = count + group.size > OPS_PER_WRITE || bytes > BYTES_PER_WRITE;
      if (full && count > 0) return groups;
      const taken = new Group(group);
      groups.push(taken);
      for (const [key, write] of group) {
        if (count >= OPS_PER_WRITE) return groups;
        taken.set(key, write);
        count += 1;
        bytes += write.bytes?.length ?? 0;
        group.delete(key);
      }
      this.#queue.shift();
    }
    return groups;
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

/** The writes of one transaction: key -> {value, bytes, ttlS?, instead?}. */
class Group extends Map {
  constructor({ expendable = false } = {}) {
    super();
    this.expendable = expendable;
  }
}

const opsOf = (group) => [...group].map(([key, { bytes, ttlS, instead }]) => ({ key, value: bytes, ttlS, instead }));
