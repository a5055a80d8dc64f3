import { EventEmitter } from 'node:events';
import { proto } from 'baileys/WAProto/index.js';
import { getBinaryNodeChild } from 'baileys/lib/WABinary/index.js';
import { NotFound, Refusal } from './refusal.mjs';
import { Shortcake } from './shortcake.mjs';

const SERVER = 's.whatsapp.net';
const LIFE_MS = 600_000; // of a challenge that does not say how long it lives, and of any other at most
const ANSWER_MS = 60_000; // how long WhatsApp and the phone may take for each answer
const MOST_OPTIONS = 64 * 1024; // bytes

/**
 * The gate before an account that has a passkey: who scanned its code has to show the passkey, too, in a browser,
 * before the phone links us. It stands between the scan and the acceptance, on one socket, and ends with that.
 *
 * Stages: `required` (the person signs the challenge) → `confirm` (the person compares a code with the phone's; left
 * out if WhatsApp takes our proof that we showed the QR code) → `confirming` (the phone links us: an ordinary pairing
 * follows), or from any of them `failed`, after which the socket is of no use.
 *
 * Events: `stage` ({stage, expiresAtMs, publicKey?, code?, reason?, detail?}). Nothing of it may be logged.
 */
export class Passkey extends EventEmitter {
  #sock;
  #given;
  #stage = 'none';
  #publicKey;
  #expiresAtMs = 0;
  #exchange;
  #code;
  #answered = null; // {promise, resolve, reject}: who showed the passkey waits for the phone
  #timer = null;

  /**
   * @param sock baileys' socket, of an account that is not linked yet
   * @param given {creds, deviceType, save (), answerMs?, proofMs?}; `save`: the credentials have changed
   */
  constructor(sock, given) {
    super();
    this.#sock = sock;
    this.#given = given;
    sock.ws.on('CB:notification,type:passkey_prologue_request', (node) => void this.#begin(node));
    sock.ws.on('CB:notification,type:crsc_continuation', (node) => void this.#continue(node));
    sock.ev.on('connection.update', ({ isNewLogin, connection }) => {
      if (isNewLogin) this.#end();
      if (connection === 'close') this.#fail('socket_closed', 'the connection ended');
    });
  }

  /** A ceremony is under way: the codes that led to it must neither change nor end the socket. */
  get isPending() { return this.#stage !== 'none' && this.#stage !== 'failed'; }

  /** What the person has to do now. Throws NotFound. */
  view() {
    if (!this.isPending || this.#stage === 'asked')
      throw new NotFound('no passkey is asked for now: connect the instance and scan its code; WhatsApp asks for one if the account has one');
    return {
      stage: this.#stage,
      expiresAt: new Date(this.#expiresAtMs).toISOString(),
      ...(this.#stage === 'required' ? { publicKey: this.#publicKey } : {}),
      ...(this.#stage === 'confirm' ? { code: this.#code } : {}),
    };
  }

  /**
   * @param credential what the browser's `navigator.credentials.get` gave, as its `toJSON()`
   * @returns the stage that follows, when WhatsApp and the phone have answered. Rejects with a Refusal
   */
  async respond(credential) {
    this.view();
    if (this.#answered) throw new Refusal('a passkey was shown already; see the stage of the challenge');
    this.#answered = Promise.withResolvers();
    this.#answered.promise.catch(() => {}); // nobody may be waiting when it comes to nothing
    this.#expect('no_continuation', 'the phone did not go on', this.#given.answerMs ?? ANSWER_MS);
    await this.#step(() => this.#prologue(credential));
    return this.#answered.promise;
  }

  /** The person says that the phone shows the same code. */
  async confirm() {
    this.view();
    if (this.#stage !== 'confirm') throw new Refusal('there is no code to confirm; see the stage of the challenge');
    return this.#step(() => this.#link());
  }

  /** The person gives up. */
  cancel() {
    this.view();
    this.#fail('cancelled', 'it was cancelled');
  }

  async #begin(node) {
    if (this.isPending) return;
    this.#stage = 'asked';
    this.#publicKey = optionsIn(node) ?? optionsIn(await this.#ask('get', 'passkey_request_options').catch(() => undefined));
    if (this.#stage !== 'asked') return; // the socket ended meanwhile
    if (!this.#publicKey) return this.#fail('unreadable', 'WhatsApp asks for a passkey in a way that this version does not know');
    const { creds, deviceType, proofMs } = this.#given;
    this.#exchange = new Shortcake({
      advSecretKey: creds.advSecretKey, noisePublic: creds.noiseKey.public, identityPublic: creds.signedIdentityKey.public, deviceType, proofMs,
    });
    creds.advSecretKey = this.#exchange.advSecretKey;
    this.#given.save();
    const { timeout } = this.#publicKey;
    const lifeMs = Math.min(timeout > 0 ? Math.ceil(timeout) : LIFE_MS, LIFE_MS); // the daemon takes whole microseconds
    this.#expiresAtMs = Date.now() + lifeMs;
    this.#expect('timeout', 'the time for it is over', lifeMs);
    this.#to('required', { publicKey: this.#publicKey });
  }

  async #prologue(credential) {
    const ref = getBinaryNodeChild(await this.#ask('get', 'ref'), 'ref')?.content;
    if (!ref) throw new Refusal('WhatsApp did not answer');
    const { payload, proof } = this.#exchange.prologue(Buffer.from(ref).toString('utf8'));
    await this.#ask('set', 'passkey_prologue', [
      leaf('credential_id', Buffer.from(credential.rawId, 'base64url')),
      leaf('webauthn_assertion', assertionOf(credential)),
      leaf('prologue_payload', payload),
      ...(proof ? [leaf('pairing_handoff_proof', proof)] : []),
    ]);
  }

  /** The phone's half has come: unasked, twice or too early it means nothing. */
  async #continue(node) {
    const half = getBinaryNodeChild(node, 'primary_ephemeral_identity')?.content;
    if (this.#stage !== 'required' || !this.#answered || this.#code || !half) return;
    await this.#step(async () => {
      this.#code = this.#exchange.continue(half);
      this.#expect('timeout', 'the time for it is over', this.#expiresAtMs - Date.now());
      await this.#ask('set', 'companion_nonce', this.#exchange.nonce);
      this.#answered.resolve(this.#exchange.isProven ? await this.#link() : this.#to('confirm', { code: this.#code }));
    }).catch(() => {}); // told as a stage, and to who waits
  }

  async #link() {
    const stage = this.#to('confirming');
    this.#expect('no_continuation', 'the phone did not go on', this.#given.answerMs ?? ANSWER_MS);
    try {
      await this.#ask('set', 'encrypted_pairing_request', this.#exchange.request());
    } catch (error) {
      if (this.#stage !== 'none') throw error; // else the phone has linked us, which is an answer, too
    }
    return stage;
  }

  /** A step that fails ends the ceremony. */
  async #step(work) {
    try {
      return await work();
    } catch (error) {
      const why = typeof error?.data === 'number' ? `WhatsApp did not accept it (error ${error.data})` : 'it could not be completed';
      throw this.#fail('rejected', error instanceof Refusal ? error.message : why);
    }
  }

  /** @returns what the person has to do now, if there is something */
  #to(stage, more = {}) {
    this.#stage = stage;
    this.emit('stage', { stage, expiresAtMs: this.#expiresAtMs, ...more });
    return this.isPending ? this.view() : undefined;
  }

  /** @returns what is told to who asked for the step, whether it ended the ceremony or came after that */
  #fail(reason, detail) {
    const refusal = new Refusal(`The passkey was not taken: ${detail}. Scan a new code`);
    if (!this.isPending) return refusal;
    clearTimeout(this.#timer);
    this.#answered?.reject(refusal);
    this.#to('failed', { reason, detail });
    return refusal;
  }

  #end() {
    clearTimeout(this.#timer);
    this.#stage = 'none';
  }

  #expect(reason, detail, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(reason, detail), Math.max(0, ms));
  }

  #ask(type, tag, content) {
    return this.#sock.query({ tag: 'iq', attrs: { to: SERVER, type, xmlns: 'md' }, content: [{ tag, attrs: {}, content }] });
  }
}

/** @returns what a phone shows beside our name, as baileys says it at the registration. `browser` [os, browser, version] */
export function deviceTypeOf([, browser]) {
  const { PlatformType } = proto.DeviceProps;
  return browser.toUpperCase() === 'ANDROID' ? PlatformType.ANDROID_PHONE : PlatformType[browser.toUpperCase()] || PlatformType.CHROME;
}

const leaf = (tag, content) => ({ tag, attrs: {}, content });

/** As WhatsApp's own pages send it: all members, and no others. */
function assertionOf({ id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle = null } }) {
  return Buffer.from(JSON.stringify({ id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle } }));
}

/** The options of a browser's `navigator.credentials.get`, in JSON; passed on as they are. */
function optionsIn(node) {
  const { content } = getBinaryNodeChild(node, 'passkey_request_options') ?? {};
  if (!content || content.length > MOST_OPTIONS) return undefined;
  try {
    const options = JSON.parse(Buffer.from(content).toString('utf8'));
    return typeof options?.challenge === 'string' ? options : undefined;
  } catch {
    return undefined;
  }
}
