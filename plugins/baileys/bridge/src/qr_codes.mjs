import { EventEmitter } from 'node:events';
import { buildPairingQRData } from 'baileys/lib/Utils/companion-reg-client-utils.js';
import { getBinaryNodeChild, getBinaryNodeChildren, S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';

const FIRST_MS = 60_000;
const NEXT_MS = 20_000;
const PAIR_DEVICE = 'CB:iq,type:set,pair-device';

/**
 * The QR codes of one socket: a code for each reference that WhatsApp gives, one after the other. It stands in for baileys' own handler, which
 * copies the secret once and ends the socket after the last reference, whatever else is under way.
 *
 * Events: `qr` ({text, expiresAtMs, isNew}), `spent`: the last has expired, and so has what they wait for.
 */
export class QrCodes extends EventEmitter {
  #sock;
  #browser;
  #lastsMs;
  #refs = [];
  #ref = null; // the one that is shown
  #isSpent = false; // the last has been shown
  #until = 0; // when it expires, by the clock that never jumps
  #leftMs = null; // of its time, while paused
  #holdUntil = 0; // not spent before that
  #timer = null;

  /** @param sock baileys' @param parts {browser, lastsMs?: of each code, otherwise WhatsApp's times} */
  constructor(sock, { browser, lastsMs }) {
    super();
    this.#sock = sock;
    this.#browser = browser;
    this.#lastsMs = lastsMs;
    sock.ws.removeAllListeners(PAIR_DEVICE);
    sock.ws.on(PAIR_DEVICE, (stanza) => this.#take(stanza));
  }

  /** The account's secret has changed: the same reference, in a new code until the same time. */
  redraw() {
    if (this.#ref) this.#show(false);
  }

  /** The code that is shown stays, for somebody is at work with it. */
  pause() {
    if (this.#leftMs !== null) return;
    clearTimeout(this.#timer);
    this.#leftMs = Math.max(0, this.#until - performance.now());
  }

  resume() {
    if (this.#leftMs === null) return;
    this.#until = performance.now() + this.#leftMs;
    this.#leftMs = null;
    if (this.#ref) this.#wait();
    else if (this.#isSpent) this.#end();
  }

  /** Something else on this socket can still be used for so long: it does not end for want of references before. */
  holdFor(ms) {
    this.#holdUntil = performance.now() + ms;
  }

  stop() {
    clearTimeout(this.#timer);
    this.#refs = [];
    this.#ref = null;
    this.removeAllListeners();
  }

  #take(stanza) {
    const { id } = stanza.attrs;
    this.#sock.sendNode({ tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'result', id } }).catch(() => {}); // the link ended
    const refs = getBinaryNodeChildren(getBinaryNodeChild(stanza, 'pair-device'), 'ref');
    this.#refs = refs.filter(({ content }) => isText(content)).map(({ content }) => Buffer.from(content).toString('utf8'));
    this.#next(this.#lastsMs ?? FIRST_MS);
  }

  #next(lastsMs) {
    this.#ref = this.#refs.shift() ?? null;
    this.#isSpent = this.#ref === null;
    if (this.#isSpent) return this.#end();
    this.#until = performance.now() + lastsMs;
    if (this.#leftMs !== null) this.#leftMs = lastsMs;
    else this.#wait();
    this.#show(true);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(this.#lastsMs ?? NEXT_MS), this.#until - performance.now());
  }

  #end() {
    const heldMs = this.#holdUntil - performance.now();
    if (heldMs > 0) this.#timer = setTimeout(() => this.#end(), heldMs);
    else this.emit('spent');
  }

  #show(isNew) {
    const { creds } = this.#sock.authState;
    const keys = [creds.noiseKey.public, creds.signedIdentityKey.public].map((key) => Buffer.from(key).toString('base64'));
    const text = buildPairingQRData(this.#ref, ...keys, creds.advSecretKey, this.#browser);
    const leftMs = this.#leftMs ?? this.#until - performance.now();
    this.emit('qr', { text, expiresAtMs: Date.now() + leftMs, isNew });
  }
}

/** WhatsApp's encoding gives some texts as bytes. */
const isText = (content) => typeof content === 'string' || content instanceof Uint8Array;
