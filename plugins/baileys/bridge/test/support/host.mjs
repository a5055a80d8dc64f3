import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodeFrame, FrameReader, TailReader } from '../../src/frames.mjs';
import { isWellFormed, pageOf, takesDrafts, takesKeys, takesOps, takesState } from './limits.mjs';
import { Store } from './store.mjs';

const MAIN = fileURLToPath(new URL('../../main.mjs', import.meta.url));

/**
 * The daemon's side of the frames: starts a bridge process, answers its requests from a Store, keeps what it says. Refuses
 * what the daemon refuses (limits.mjs), and ends a bridge that breaks the rules of frames.
 *
 * `faults`: {failReads: n, failWrites: n | predicate(ops), failPublishes: n | predicate(drafts), status, holdWrites: bool | predicate(ops, k)}.
 */
export class Host {
  store;
  states = []; // {k, state, ...}
  completions = new Map(); // token -> {status, detail, result}
  logs = [];
  output = ''; // everything the process wrote to stdout and stderr
  faults = {};
  hello = null;
  exit = null; // {code, signal}
  refusals = []; // of requests that broke a limit: {t, status}
  #waiters = new Set();
  #reader = new FrameReader();
  #held = [];
  #options;
  #token = 0;

  constructor(options, store = new Store()) {
    this.#options = options;
    this.store = store;
  }

  async start(flags = []) {
    this.child = spawn(process.execPath, [...flags, MAIN], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { NODE_EXTRA_CA_CERTS: this.#options.caCerts ?? '' },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (data) => { this.output += data.toString('latin1'); });
    }
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => {
      this.exit = { code, signal };
      this.#wake();
      resolve(this.exit);
    }));
    this.stream = this.child.stdio[3];
    this.stream.on('error', () => {}); // it was killed
    this.stream.on('data', (chunk) => {
      for (const { header, tail } of this.#reader.push(chunk)) this.#take(header, tail);
    });
    const { caCerts, hello, ...options } = this.#options;
    this.send({ t: 'hello', version: 1, ...hello, options });
    await this.until(() => this.hello, 'the hello', 20_000);
    return this;
  }

  send(header, tail) {
    if (this.stream.writable) this.stream.write(encodeFrame(header, tail));
  }

  open(k, options = {}) {
    this.send({ t: 'open', k, instanceId: `id-${k}`, name: `name-${k}`, options });
  }

  /** @returns {Promise<{status, detail, result}>} */
  submit(k, name, body, { messageId = newId(), withinMs = 15_000 } = {}) {
    const token = String(++this.#token);
    const tail = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    this.send({ t: 'submit', k, token, name, messageId, deadlineUs: (Date.now() + withinMs) * 1000, n: tail.length }, [tail]);
    return this.until(() => this.completions.get(token), `the outcome of ${name}`, withinMs + 60_000);
  }

  /** The token of the last command. */
  get lastToken() { return String(this.#token); }

  /** The first state of `k` after index `since` that satisfies. */
  state(k, test, since = 0, ms) {
    const wanted = typeof test === 'string' ? (s) => s.state === test : test;
    return this.until(() => this.states.slice(since).find((s) => s.k === k && wanted(s)), `a state of ${k}: ${test}`, ms);
  }

  event(type, test = () => true, ms) {
    return this.until(() => this.store.log.find((e) => e.type === type && test(e.body, e)), `an event ${type}: ${test}`, ms);
  }

  events(type, k) {
    return this.store.log.filter((e) => e.type === type && (!k || e.k === k));
  }

  /** Waits for a condition, re-examined whenever the bridge says something. */
  until(condition, what, ms = 20_000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = condition();
        if (!found && !this.exit) return false;
        clearTimeout(timer);
        this.#waiters.delete(look);
        if (found) resolve(found);
        else fail('the bridge ended');
        return true;
      };
      const timer = setTimeout(() => fail(`${ms} ms passed`), ms);
      const fail = (why) => {
        this.#waiters.delete(look);
        const last = this.states.slice(-4).map((s) => `${s.k}:${s.state}:${s.detail ?? ''}`).join(' ');
        reject(new Error(`${why} while waiting for ${what}; last states: ${last}; exit ${JSON.stringify(this.exit)}; ${this.output.slice(-300)}`));
      };
      if (!look()) this.#waiters.add(look);
    });
  }

  get heldWrites() { return this.#held.length; }

  releaseWrites() {
    this.faults.holdWrites = false;
    for (const act of this.#held.splice(0)) act();
  }

  async stop() {
    if (this.exit) return;
    this.stream.destroy();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.exited;
    clearTimeout(timer);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  #take(header, tail) {
    if (!isWellFormed(header) || (header.t === 'state' && !takesState(header))) return this.child.kill('SIGKILL');
    const handlers = {
      hello: () => { this.hello = header; },
      state: () => this.states.push(header),
      log: () => this.logs.push(header),
      complete: () => this.completions.set(header.token, {
        status: header.status, detail: header.detail, result: header.n ? JSON.parse(tail.toString('utf8')) : undefined,
      }),
      pong: () => { this.pong = header.id; },
      'kv.get': () => this.#get(header),
      'kv.scan': () => this.#records(header, pageOf(this.store.scan(header.k, header.prefix, header.after, header.limit))),
      'kv.write': () => this.#write(header, tail),
      publish: () => this.#publish(header, tail),
    };
    handlers[header.t]();
    this.#wake();
  }

  #refuse({ t, id }) {
    this.refusals.push({ t, status: -1 });
    this.send(t === 'publish' ? { t: 'published', id, status: -1 } : { t: 'kv.result', id, status: -1, records: [] });
  }

  #get(header) {
    const records = header.keys.map((key) => ({ key, value: this.store.get(header.k, key) }));
    if (!takesKeys(header.keys) || pageOf(records).length < records.length) return this.#refuse(header);
    this.#records(header, records);
  }

  #records({ id }, records) {
    if (this.faults.failReads-- > 0) return this.send({ t: 'kv.result', id, status: -14, records: [] });
    const list = records.map(({ key, value }) => ({ key, n: value === null ? -1 : value.length }));
    this.send({ t: 'kv.result', id, status: 0, records: list }, records.map(({ value }) => value).filter((v) => v !== null));
  }

  #write({ t, id, k, ops }, tail) {
    const list = readOps(ops, new TailReader(tail));
    if (list.length === 0 || !takesOps(list)) return this.#refuse({ t, id });
    const act = () => {
      const fail = typeof this.faults.failWrites === 'function' ? this.faults.failWrites(list) : this.faults.failWrites-- > 0;
      if (!fail) this.store.commit(k, [], list);
      this.send({ t: 'kv.result', id, status: fail ? this.faults.status ?? -14 : 0, records: [] });
      this.#wake();
    };
    const { holdWrites } = this.faults;
    if (typeof holdWrites === 'function' ? holdWrites(list, k) : holdWrites) this.#held.push(act);
    else act();
  }

  #publish({ t, id, k, drafts, ops }, tail) {
    const reader = new TailReader(tail);
    const bodies = drafts.map(({ n, ...draft }) => ({ ...draft, body: Buffer.from(reader.take(n)) }));
    const list = readOps(ops, reader);
    if (!takesDrafts(bodies) || !takesOps(list)) return this.#refuse({ t, id });
    const { failPublishes } = this.faults;
    const fail = typeof failPublishes === 'function' ? failPublishes(bodies) : this.faults.failPublishes-- > 0;
    if (!fail) this.store.commit(k, bodies, list);
    this.send({ t: 'published', id, status: fail ? this.faults.status ?? -6 : 0 });
  }

  #wake() {
    for (const look of [...this.#waiters]) look();
  }
}

function readOps(ops, reader) {
  return ops.map(({ key, n, ttlS }) => ({ key, ttlS, value: copy(reader.take(n)) }));
}

const copy = (value) => (value === null ? null : Buffer.from(value));

export const newId = () => '3EB0' + Array.from({ length: 18 }, () => Math.floor(Math.random() * 16).toString(16)).join('').toUpperCase();
