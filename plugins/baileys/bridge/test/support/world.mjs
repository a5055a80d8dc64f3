// A simulated WhatsApp, its people, and a bridge under test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after } from 'node:test';
import './resolve.mjs';
import { Host } from './host.mjs';

for (const name of Object.keys(console)) console[name] = () => {}; // libsignal in this process: the peers

const { Sim } = await import('../../../../../tests/wasim/src/server.mjs');
const { Client, post, trustRoot } = await import('../../../../../tests/wasim/client.mjs');

/** Waits of a test, shortened: the bridge's defaults are seconds and minutes. */
export const FAST = { backoffFirstMs: 40, backoffMostMs: 400 };

let phones = 0;

export class World {
  hosts = [];
  peers = [];

  static async create(options) {
    const world = new World();
    world.dir = mkdtempSync(join(tmpdir(), 'bridge-test-'));
    world.sim = await new Sim({ dir: join(world.dir, 'tls'), ...options }).start();
    trustRoot(world.sim.identity.rootPublic);
    after(() => world.end());
    return world;
  }

  admin(path, body) {
    return post(this.sim.adminUrl, path, body);
  }

  newPhone() {
    return `1555${String(process.pid % 1000).padStart(3, '0')}${String(++phones).padStart(4, '0')}`;
  }

  get options() {
    return {
      browser: ['Colibri', 'Chrome', '1.0'],
      qrLimit: 30,
      logLevel: 'info',
      caCerts: this.sim.opts.tls.certPath,
      test: {
        serverUrl: this.sim.url,
        noiseRoot: Buffer.from(this.sim.identity.rootPublic).toString('hex'),
        tlsInsecureMedia: true,
        timing: FAST,
      },
    };
  }

  /** A bridge on a new or a given store. `test` is added to the hello's test options. */
  async host({ store, test, flags, ...options } = {}) {
    const all = { ...this.options, ...options };
    const host = new Host({ ...all, test: { ...all.test, ...test, timing: { ...FAST, ...test?.timing } } }, store);
    this.hosts.push(host);
    return host.start(flags);
  }

  /** Opens instance `k` and scans its QR code. @returns its jid */
  async pair(host, k, phone = this.newPhone()) {
    host.open(k);
    const { qr } = await host.state(k, 'qr');
    await this.admin('scan-qr', { qr, phone, name: `Name of ${phone}` });
    await host.state(k, 'open');
    return `${phone}@s.whatsapp.net`;
  }

  /** A real client, paired and open. */
  async peer(name, phone = this.newPhone()) {
    const peer = new Client(name, { url: this.sim.url, dir: join(this.dir, name) });
    peer.phone = phone;
    peer.sentMessages = new SentMessages();
    peer.onQr = (qr) => this.admin('scan-qr', { qr, phone, name });
    this.peers.push(peer);
    await peer.connect();
    await peer.open();
    return peer;
  }

  device(phone, id = 1) {
    return this.sim.store.device(`${phone}:${id}@s.whatsapp.net`);
  }

  async end() {
    await Promise.allSettled(this.hosts.map((host) => host.stop()));
    await Promise.allSettled(this.peers.map((peer) => peer.stop()));
    await this.sim.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A peer's messages, for retries. A receiver may ask for one before the peer has heard that it is sent. */
class SentMessages {
  #messages = new Map();
  #waiting = new Map();

  set(id, message) {
    this.#messages.set(id, message);
    this.#waiting.get(id)?.resolve(message);
    this.#waiting.delete(id);
  }

  get(id) {
    if (this.#messages.has(id)) return this.#messages.get(id);
    if (!this.#waiting.has(id)) this.#waiting.set(id, Promise.withResolvers());
    return this.#waiting.get(id).promise;
  }
}

/** Waits for something outside of the bridge. */
export async function eventually(condition, what, ms = 10_000) {
  for (const until = Date.now() + ms; Date.now() < until; await delay(10)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`${ms} ms passed while waiting for ${what}`);
}

/** The next call of a method of the simulator that is wanted is taken and forgotten. @returns a promise of that moment */
export function swallow(part, method, wanted = () => true) {
  const { [method]: real } = Object.getPrototypeOf(part);
  return new Promise((resolve) => {
    part[method] = (...given) => {
      if (!wanted(...given)) return real.call(part, ...given);
      delete part[method];
      resolve();
    };
  });
}

export const phoneOf = (jid) => jid.split(/[:@]/)[0];
