import { EventEmitter } from 'node:events';
import { InstanceHost } from './host.mjs';
import { Instance } from './instance.mjs';
import { jsonOf } from './json.mjs';
import { Log } from './log.mjs';
import { Status } from './status.mjs';
import { Stops } from './stops.mjs';
import { trustNoiseRoot } from './strict_curve.mjs';

const MOST_INFO = 2048; // bytes
const MOST_CODE = 99_999;

/**
 * Gives the daemon's frames to the instances they concern, and the instances' to the daemon.
 *
 * Events: `fatal` (text): the daemon is not one we can work with.
 */
export class Bridge extends EventEmitter {
  #link;
  #version;
  #instances = new Map(); // k -> Instance
  #asks = new Map(); // k -> number of the last open, close or logout
  #chosen = new Map(); // k -> what the instance's user chose
  #settings = null;
  #stops = null;
  #log;
  #paused = false;

  constructor(link, version) {
    super();
    this.#link = link;
    this.#version = version;
    this.#log = new Log((header) => link.send(header));
    link.on('frame', (header, tail) => this.#take(header, tail));
  }

  get log() { return this.#log; }

  #take(header, tail) {
    if (header.ask) this.#asks.set(header.k, header.ask);
    if (header.t === 'hello') return this.#onHello(header);
    if (header.t === 'ping') return this.#link.send({ t: 'pong', id: header.id });
    if (!this.#settings) return this.emit('fatal', 'the first frame was no hello');
    const act = this.#acts[header.t];
    if (act) act(header, tail); // what a newer daemon may say is ignored
  }

  #onHello({ version, options }) {
    if (version !== this.#version) return this.emit('fatal', `the daemon speaks version ${version}`);
    this.#settings = options;
    this.#stops = new Stops(options.test?.stopAt);
    this.#log.setLevel(options.logLevel);
    if (options.test?.noiseRoot) trustNoiseRoot(options.test.noiseRoot);
    if (options.test) this.#log.warn('test options are set: not for real use');
  }

  #acts = {
    open: (header) => this.#instance(header).open(header.options),
    close: ({ k }) => {
      const instance = this.#instances.get(k);
      if (instance) instance.close();
      else this.#report(k, { state: 'closed' });
    },
    logout: (header) => void this.#instance(header).logout(header.deadlineMs),
    settings: ({ k, settings }) => {
      this.#chosen.set(k, settings);
      this.#instances.get(k)?.choose();
    },
    forget: ({ k }) => {
      this.#instances.get(k)?.forget();
      this.#chosen.delete(k);
      this.#instances.delete(k);
      this.#asks.delete(k);
    },
    submit: (header, tail) => this.#submit(header, tail),
    cancel: ({ token }) => this.#instances.forEach((instance) => instance.cancel(token)),
    pause: () => {
      this.#paused = this.#link.paused = true;
      this.#instances.forEach((instance) => instance.pause());
    },
    resume: () => {
      this.#paused = this.#link.paused = false;
      this.#instances.forEach((instance) => instance.resume());
    },
  };

  #instance({ k, instanceId, name }) {
    const known = this.#instances.get(k);
    if (known) return known;
    const parts = {
      k, instanceId, name,
      host: new InstanceHost(this.#link, k),
      log: this.#log,
      stops: this.#stops,
      settings: this.#settings,
      chosen: () => this.#chosen.get(k) ?? {},
    };
    const instance = new Instance(parts, {
      report: (fields) => this.#report(k, fields),
      complete: (...answer) => this.#complete(...answer),
    });
    if (this.#paused) instance.pause();
    this.#instances.set(k, instance);
    return instance;
  }

  /** What WhatsApp says of an account, or as the reason of an end, may be anything; the daemon ends a bridge that repeats it. */
  #report(k, { info, networkCode, ...fields }) {
    const state = { t: 'state', k, ask: this.#asks.get(k), ...fields };
    if (info) state.info = Object.fromEntries(Object.entries(info).filter(([, value]) => Buffer.byteLength(String(value)) <= MOST_INFO));
    if (networkCode !== undefined) state.networkCode = Number.isInteger(networkCode) && Math.abs(networkCode) <= MOST_CODE ? networkCode : 0;
    this.#link.send(state);
  }

  #submit(header, tail) {
    const instance = this.#instances.get(header.k);
    const body = objectOf(tail);
    if (!instance) this.#complete(header.token, Status.unavailable, { detail: 'the instance is not here' });
    else if (!body) this.#complete(header.token, Status.invalidArgument, { detail: 'a command needs an object for a body' });
    else instance.submit({ ...header, body });
  }

  #complete(token, status, { detail, result }) {
    const tail = result === undefined ? Buffer.alloc(0) : jsonOf(result);
    this.#link.send({ t: 'complete', token, status, ...(detail ? { detail } : {}), n: tail.length }, [tail]);
  }
}

/** @returns {object|undefined} undefined: it is not the text of one */
function objectOf(tail) {
  try {
    const value = JSON.parse(tail.toString('utf8'));
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
