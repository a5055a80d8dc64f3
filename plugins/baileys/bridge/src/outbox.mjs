import { isFinal } from './status.mjs';

const DRAFTS_PER_PUBLISH = 200;
const BYTES_PER_PUBLISH = 4 * 1024 * 1024;
const CROWDED = 2000;
const CROWDED_BYTES = 64 * 1024 * 1024;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5000;

/**
 * Events on their way into the log, in order, one publish in flight. What a full or failing host refuses stays
 * here and is tried again; a message's record (pending.mjs) is deleted in the commit that appends its last event.
 * What the host refuses for what it is goes in the next form that its draft has (quarantine.mjs).
 */
export class Outbox {
  #host;
  #log;
  #stops;
  #onCrowded;
  #units = []; // {draft?, pendingKey?, told?}
  #queued = new Set(); // pending keys in #units
  #drafts = 0;
  #bytes = 0;
  #quarantined = 0;
  #busy = false;
  #closed = false;
  #crowded = false;
  #idle = [];
  #retry = null;

  /**
   * @param parts.log Log
   * @param parts.onCrowded (crowded: boolean) => void: stop or go on reading the network
   */
  constructor({ host, log, stops, onCrowded }) {
    this.#host = host;
    this.#log = log;
    this.#stops = stops;
    this.#onCrowded = onCrowded;
  }

  get waiting() { return this.#drafts; }
  get crowded() { return this.#crowded; }

  /**
   * @param {{drafts: object[], pendingKey?: string, told?: () => void}} item its events may be appended in several commits;
   *   `told` is called when all of them are in the log, or never will be
   */
  add({ drafts, pendingKey, told }) {
    if (this.#closed) return void told?.();
    if (pendingKey) {
      if (this.#queued.has(pendingKey)) return;
      this.#queued.add(pendingKey);
    }
    const units = drafts.map((draft) => ({ draft }));
    if (pendingKey) {
      if (units.length === 0) units.push({});
      units.at(-1).pendingKey = pendingKey;
    }
    if (told && units.length === 0) told();
    else if (told) units.at(-1).told = told;
    for (const unit of units) {
      this.#units.push(unit);
      this.#account(unit, 1);
    }
    this.#noteCrowd();
    if (!this.#busy && !this.#stops.waitsFor('received')) void this.#run();
  }

  /** Resolves when everything added so far is in the log. */
  drained() {
    return this.#units.length === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  /** Forgets everything; what is recorded is published by the next one. */
  close() {
    this.#closed = true;
    for (const { told } of this.#units) told?.();
    this.#units = [];
    this.#queued.clear();
    this.#drafts = this.#bytes = 0;
    this.#retry?.();
    this.#tellIdle();
  }

  async #run() {
    this.#busy = true;
    let wait = RETRY_FIRST_MS;
    let most = DRAFTS_PER_PUBLISH;
    while (this.#units.length > 0) {
      const batch = this.#batch(most);
      try {
        await this.#publish(batch);
        this.#drop(batch.length);
        wait = RETRY_FIRST_MS;
        most = DRAFTS_PER_PUBLISH;
      } catch (error) {
        if (this.#closed) break;
        if (isFinal(error) && batch.length > 1) {
          most = 1; // find the one that is at fault
        } else if (isFinal(error) || error.status === undefined) {
          await this.#refused(batch[0], error);
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
    let bytes = 0;
    for (const unit of this.#units) {
      bytes += sizeOf(unit);
      if (batch.length > 0 && (batch.length >= most || bytes > BYTES_PER_PUBLISH)) break;
      batch.push(unit);
    }
    return batch;
  }

  async #publish(batch) {
    const drafts = batch.flatMap(({ draft }) => draft ?? []);
    const ops = batch.filter((unit) => unit.pendingKey).map((unit) => ({ key: unit.pendingKey, value: null }));
    if (drafts.length === 0) {
      if (ops.length > 0) await this.#host.write(ops);
      return;
    }
    const published = this.#host.publish(drafts, ops);
    this.#stops.reach('publishing');
    await published;
    this.#stops.reach('published');
  }

  /** The host will never take the first unit as it is. */
  async #refused(unit, error) {
    const { draft } = unit;
    const next = draft?.instead?.();
    if (next) {
      this.#account(unit, -1);
      unit.draft = next;
      this.#account(unit, 1);
      return;
    }
    this.#log.error('an event was refused and is lost',
      { type: draft?.type, status: error.status ?? 0, bytes: draft?.body.length });
    try {
      if (unit.pendingKey) await this.#host.write([{ key: unit.pendingKey, value: null }]);
    } catch {
      this.#log.warn('the record of a refused event stays'); // refused again at the next start
    }
    this.#drop(1);
  }

  #drop(count) {
    for (const unit of this.#units.splice(0, count)) {
      if (unit.pendingKey) this.#queued.delete(unit.pendingKey);
      if (unit.draft?.quarantine) {
        const { reason, bytes } = unit.draft.quarantine;
        this.#log.warn('a message was quarantined',
          { type: unit.draft.type, reason, bytes, count: ++this.#quarantined });
      }
      this.#account(unit, -1);
      unit.told?.();
    }
    this.#noteCrowd();
  }

  #account(unit, sign) {
    if (!unit.draft) return;
    this.#drafts += sign;
    this.#bytes += sign * unit.draft.body.length;
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retry = () => { clearTimeout(timer); resolve(); };
    });
  }

  #noteCrowd() {
    const share = this.#crowded ? 0.5 : 1; // once crowded, until it is half as much
    const crowded = this.#drafts > CROWDED * share || this.#bytes > CROWDED_BYTES * share;
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    this.#onCrowded(crowded);
  }

  #tellIdle() {
    for (const done of this.#idle.splice(0)) done();
  }
}

const sizeOf = ({ draft }) => draft?.body.length ?? 0;
