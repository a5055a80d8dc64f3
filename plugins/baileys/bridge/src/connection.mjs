import { EventEmitter } from 'node:events';
import https from 'node:https';
import { makeWASocket } from 'baileys';
import { classify } from './disconnect.mjs';
import { gateSends } from './gate.mjs';
import { isIgnored } from './inbound.mjs';
import { QrCodes } from './qr_codes.mjs';
import { LinkLost } from './refusal.mjs';
import { Registration } from './registration.mjs';

const CLOSE_WITHIN_MS = 500;

/** How long each thing may take. Tests shorten them. */
export const TIMING = Object.freeze({
  connectMs: 20_000, // TCP, TLS, upgrade, handshake: each
  progressMs: 45_000, // from the start, or from a scan, to a QR code or an open link
  keepAliveMs: 25_000, // between two pings
  silenceMs: 10_000, // without an answer to one: the other side is gone
  queryMs: 60_000, // for an answer to what baileys asks by itself; it takes none for an empty one
  qrMs: undefined, // each QR code; undefined: 60 s the first, 20 s the others
  finishMs: undefined, // from the phone's answer to a pairing code to its signature; undefined: WhatsApp's 60 s
});

/**
 * One baileys socket, with what baileys 7.0.0-rc14 leaves out: an end for every way in which a connection can
 * die. A dead one cannot be reused: make another.
 *
 * Events: `qr` (see QrCodes), `paired`, `open`, `ended` (what classify says). After `ended`, which comes once,
 * nothing comes any more.
 */
export class Connection extends EventEmitter {
  #seen = {}; // of refusedStatus, reason: see classify
  #over = false;
  #open = false;
  #progress = null;
  #silence = null;
  #lastFrame = Date.now();
  #stanzas = new WeakMap(); // ciphertext -> stanza it came in
  #codes;
  #registration;
  /** Passkey, of an account that is not linked yet. */
  passkey = null;

  /**
   * @param {object} parts
   * @param parts.settings the hello's options
   * @param parts.creds @param parts.keys KeyStore
   * @param parts.repository (stanzaOf) => makeSignalRepository
   * @param parts.caches @param parts.getMessage @param parts.cachedGroupMetadata @param parts.logger
   * @param parts.onSent () => void: a frame was handed to the kernel
   */
  constructor({ settings, timing, creds, keys, repository, caches, getMessage, cachedGroupMetadata, logger, onSent }) {
    super();
    this.timing = { ...TIMING, ...timing };
    const { test } = settings;
    this.sock = makeWASocket({
      ...(test?.serverUrl ? { waWebSocketUrl: test.serverUrl } : {}),
      ...(test?.tlsInsecureMedia ? { fetchAgent: new https.Agent({ rejectUnauthorized: false }) } : {}),
      browser: settings.browser,
      auth: { creds, keys },
      makeSignalRepository: repository((ciphertext) => this.#stanzas.get(ciphertext)),
      logger,
      getMessage,
      cachedGroupMetadata,
      connectTimeoutMs: this.timing.connectMs,
      defaultQueryTimeoutMs: this.timing.queryMs,
      keepAliveIntervalMs: this.timing.keepAliveMs,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 1 },
      shouldIgnoreJid: isIgnored,
      markOnlineOnConnect: false, // the phone would stop to ring
      emitOwnEvents: false,
      syncFullHistory: false,
      ...caches,
    });
    this.#watch();
    this.#wireLinking(settings);
    this.#wire(keys, onSent);
  }

  /** A socket that is closing is a link no more, though baileys tells a moment later. */
  get isOpen() { return this.#open && !this.#over && this.sock.ws.isOpen; }

  /** A phone has taken the pairing code, and its signature is on the way. */
  get answering() { return this.#registration.answering; }

  /** For so long a pairing code can be typed in: without a QR code to show, the socket stays. */
  holdFor(ms) { this.#codes.holdFor(ms); }

  /** The QR code that is shown stays, and so does the socket: somebody who scanned it is at work. */
  pauseCodes() { this.#codes.pause(); }

  /** Ends it in an orderly way: the other side is told. */
  close(reason) {
    this.#end(reason, 428);
  }

  /** Cuts it off now, synchronously: not one more byte goes out or comes in. */
  cut(reason) {
    const socket = this.sock.ws.socket;
    if (socket) {
      socket.send = (data, done) => done?.(new Error('cut off'));
      socket.terminate();
    }
    this.#end(reason, 428);
  }

  pause() { this.#onSocket((socket) => socket.pause()); }

  resume() {
    this.#lastFrame = Date.now();
    this.#onSocket((socket) => socket.resume());
  }

  #onSocket(act) {
    const socket = this.sock.ws.socket;
    if (socket?.readyState === socket?.OPEN) act(socket);
  }

  #wireLinking({ browser }) {
    const codes = this.#codes = new QrCodes(this.sock, { browser, lastsMs: this.timing.qrMs });
    const registration = this.#registration = new Registration(this.sock, {
      finishMs: this.timing.finishMs, isBusy: () => this.passkey?.isPending === true,
    });
    codes.on('qr', (qr) => {
      clearTimeout(this.#progress);
      this.emit('qr', qr);
    });
    codes.on('spent', () => this.#close(Object.assign(new Error('the QR codes are spent'), { areCodesSpent: true })));
    registration.on('refreshed', () => codes.redraw());
    registration.on('answering', () => codes.pause());
    registration.on('unanswered', () => { if (!this.passkey?.isPending) codes.resume(); });
  }

  #wire(keys, onSent) {
    const { ws, ev } = this.sock;
    gateSends(ws.socket, () => keys.durable(), onSent);
    ws.close = () => closeSoon(ws.socket); // baileys waits for the other side, however long
    ws.prependListener('CB:message', (stanza) => this.#note(stanza));
    ws.on('frame', () => { this.#lastFrame = Date.now(); });
    // Anything but 101: baileys listens and does nothing, so ws does nothing either.
    ws.on('unexpected-response', (request, response) => {
      this.#seen.refusedStatus = response.statusCode;
      request.destroy();
      this.#end(undefined, response.statusCode);
    });
    ev.on('connection.update', (update) => this.#onUpdate(update));
  }

  /**
   * The ciphertexts of a stanza are recognised by identity when they are decrypted.
   *
   * Baileys keeps one queue for what waited at the server (`offline`) and handles live messages beside it, so a live one
   * overtakes the backlog of its own chat. Every message takes the queue: it is one at a time either way.
   */
  #note(stanza) {
    stanza.attrs.offline ??= '0';
    if (!Array.isArray(stanza.content)) return;
    for (const { tag, content } of stanza.content) {
      if (tag === 'enc' && content instanceof Uint8Array) this.#stanzas.set(content, stanza);
    }
  }

  #onUpdate({ isNewLogin, connection, lastDisconnect }) {
    if (this.#over) return;
    if (isNewLogin) {
      this.#codes.stop();
      this.#expectProgress();
      this.emit('paired');
    }
    if (connection === 'open') {
      clearTimeout(this.#progress);
      this.#open = true;
      this.emit('open');
    }
    if (connection === 'close') this.#finish(lastDisconnect?.error);
  }

  #watch() {
    this.#expectProgress();
    const { keepAliveMs, silenceMs } = this.timing;
    this.#silence = setInterval(() => {
      const quiet = Date.now() - this.#lastFrame;
      if (this.#open && quiet > keepAliveMs + silenceMs) this.cut('the other side has gone silent');
    }, Math.max(silenceMs / 2, 10));
  }

  #expectProgress() {
    clearTimeout(this.#progress);
    this.#progress = setTimeout(() => this.cut('connecting took too long'), this.timing.progressMs);
  }

  /** Asks baileys to end, and does not wait for it. */
  #end(reason, code) {
    if (this.#over) return;
    this.#seen.reason ??= reason;
    this.#close(Object.assign(new Error(reason ?? 'ended'), { output: { statusCode: code } }));
  }

  #close(error) {
    this.sock.end(error).then(() => this.#finish(error), () => this.#finish(error));
  }

  #finish(error) {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#progress);
    clearInterval(this.#silence);
    this.#codes.stop();
    this.#registration.stop();
    this.sock.ws.emit('error', new LinkLost('the link went away')); // whoever waits for an answer: baileys lets them wait for their time
    this.emit('ended', classify(error, this.#seen));
    this.removeAllListeners();
  }
}

/** Says goodbye and, if nobody answers, hangs up. */
function closeSoon(socket) {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve();
    const timer = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
    socket.once('close', () => { clearTimeout(timer); resolve(); });
    socket.close();
  });
}
