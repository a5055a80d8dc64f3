import { Status } from './status.mjs';

const DRAFTS_PER_PUBLISH = 200;
const BYTES_PER_PUBLISH = 4 * 1024 * 1024;
const CROWDED = 2000;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5000;
const FINAL = new Set([Status.invalidArgument, Status.forbidden, Status.rejected, Status.unsupported]);

/**
 * Events on their way into the log, in order, one publish in flight. What a full or failing host refuses stays
 * here and is tried again; a message's record (pending.mjs) is deleted in the commit that appends it.
 */
export class Outbox {
  #host;
  #log;
  #stops;
  #onCrowded;
  #items = []; // {drafts, pendingKey?}
  #queued = new Set(); // pending keys in #items
  #drafts = 0;
  #busy = false;
  #closed = false;
  #crowded = false;
  #idle = [];
  #retry = null;

  /** @param onCrowded (crowded: boolean) => void: stop or go on reading the network */
  constructor({ host, log, stops, onCrowded }) {
    this.#host = host;
    this.#log = log;
    this.#stops = stops;
    this.#onCrowded = onCrowded;
  }

  get waiting() { return this.#drafts; }

  add(item) {
    if (this.#closed) return;
    if (item.pendingKey) {
      if (this.#queued.has(item.pendingKey)) return;
      this.#queued.add(item.pendingKey);
    }
    this.#items.push(item);
    this.#drafts += item.drafts.length;
    this.#noteCrowd();
    if (!this.#busy && !this.#stops.waitsFor('received')) void this.#run();
  }

  /** Resolves when everything added so far is in the log. */
  drained() {
    return this.#items.length === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  /** Forgets everything; what is recorded is published by the next one. */
  close() {
    this.#closed = true;
    this.#items = [];
    this.#queued.clear();
    this.#drafts = 0;
    this.#retry?.();
    this.#tellIdle();
  }

  async #run() {
    this.#busy = true;
    let wait = RETRY_FIRST_MS;
    let most = DRAFTS_PER_PUBLISH;
    while (this.#items.length > 0) {
      const batch = this.#batch(most);
      try {
        await this.#publish(batch);
        this.#drop(batch.length);
        wait = RETRY_FIRST_MS;
        most = DRAFTS_PER_PUBLISH;
      } catch (error) {
        if (this.#closed) break;
        const final = FINAL.has(error.status);
        if (final && batch.length > 1) {
          most = 1; // find the one that is at fault
        } else if (final || error.status === undefined) {
          await this.#giveUp(batch[0], error);
          this.#drop(1);
        } else {
          await this.#pause(wait);
          wait = Math.min(wait * 2, RETRY_MOST_MS);
        }
      }
    }
    this.#busy = false;
    this.#tellIdle();
  }

  #batch(most) {
    const batch = [];
    let drafts = 0;
    let bytes = 0;
    for (const item of this.#items) {
      const size = item.drafts.reduce((sum, { body }) => sum + body.length, 0);
      if (batch.length > 0 && (batch.length >= most || drafts + item.drafts.length > most ||
          bytes + size > BYTES_PER_PUBLISH)) break;
      batch.push(item);
      drafts += item.drafts.length;
      bytes += size;
    }
    return batch;
  }

  async #publish(batch) {
    const drafts = batch.flatMap((item) => item.drafts);
    const ops = batch.filter((item) => item.pendingKey).map((item) => ({ key: item.pendingKey, value: null }));
    if (drafts.length === 0) {
      if (ops.length > 0) await this.#host.write(ops);
      return;
    }
    const published = this.#host.publish(drafts, ops);
    this.#stops.reach('publishing');
    await published;
    this.#stops.reach('published');
  }

  #drop(count) {
    for (const item of this.#items.splice(0, count)) {
      if (item.pendingKey) this.#queued.delete(item.pendingKey);
      this.#drafts -= item.drafts.length;
    }
    this.#noteCrowd();
  }

  /** The host will never take it: too large, or of a kind that it does not know. */
  async #giveUp(item, error) {
    this.#log.error('an event was refused and is lost',
      { type: item.drafts[0]?.type, status: error.status ?? 0, bytes: item.drafts[0]?.body.length });
    if (!item.pendingKey) return;
    try {
      await this.#host.write([{ key: item.pendingKey, value: null }]);
    } catch {
      this.#log.warn('the record of a refused event stays'); // refused again at the next start
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retry = () => { clearTimeout(timer); resolve(); };
    });
  }

  #noteCrowd() {
    const crowded = this.#drafts > (this.#crowded ? CROWDED / 2 : CROWDED);
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    this.#onCrowded(crowded);
  }

  #tellIdle() {
    for (const done of this.#idle.splice(0)) done();
  }
}
