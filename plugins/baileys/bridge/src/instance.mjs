import { jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { Backoff } from './backoff.mjs';
import { Commands } from './commands.mjs';
import { wipe } from './creds.mjs';
import { Outbox } from './outbox.mjs';
import { Pairing } from './pairing.mjs';
import { passkeyDraft } from './passkey_events.mjs';
import { NotFound } from './refusal.mjs';
import { Session } from './session.mjs';

const PICTURE_WITHIN_MS = 5000;
const STABLE_MS = 60_000; // a link that held this long starts the backoff anew

/**
 * The life of one instance: tries, QR codes, an open link, lost links, the end. Reports every step as a `state`
 * frame (docs/instance-states.md). Callbacks of a socket that is not the present one are void.
 */
export class Instance {
  #parts;
  #report;
  #outbox;
  #commands;
  #backoff;
  #pairing = null;
  #session = null;
  #connection = null;
  #wanted = false; // the daemon wants it open
  #linked = false; // it has been paired, so its credentials have to be there
  #pause = null; // {promise, resolve} while the host is full
  #attempt = 0; // number of the present try
  #timer = null;
  #openedAt = 0;
  #progressed = false; // the present socket has shown a QR code or been paired
  #info = {}; // what was told of the account
  #ended = []; // waiting for the present socket's end
  #tried = []; // waiting for the present try to end, well or not
  #crowded = false;
  #forgetting = null; // a Promise while the keys of an account that is gone are deleted

  /**
   * @param parts {k, instanceId, name, host, log, stops, settings, chosen}
   * @param report (fields of a `state` frame) => void
   * @param complete see Commands
   */
  constructor(parts, { report, complete }) {
    const timing = parts.settings.test?.timing ?? {};
    this.#parts = { ...parts, timing };
    this.#report = report;
    this.#backoff = new Backoff({ firstMs: timing.backoffFirstMs, mostMs: timing.backoffMostMs });
    this.#outbox = new Outbox({
      host: parts.host, log: parts.log, stops: parts.stops,
      onCrowded: (crowded) => this.#setCrowded(crowded),
    });
    this.#commands = new Commands({
      context: (connection) => this.#session.context(connection),
      linking: () => this.#linking(),
      complete,
      log: parts.log,
    });
  }

  // --- what the daemon asks -----------------------------------------------------------------------

  /** @param {{number?: string, linked?: boolean}} options number: ask for a pairing code, too; linked: it was paired */
  open({ number, linked } = {}) {
    if (this.#wanted && this.#connection) { // under way already
      this.#pairing.askFor(number);
      return;
    }
    this.#wanted = true;
    this.#linked = linked === true;
    this.#backoff.reset();
    this.#pairing = this.#newPairing(number);
    void this.#try();
  }

  #newPairing(number) {
    const { settings, timing } = this.#parts;
    return new Pairing({ number, limit: settings.qrLimit, browser: settings.browser, codeMs: timing.codeMs, report: this.#report });
  }

  close() {
    this.#stop('closed by the gateway');
    this.#report({ state: 'closed', detail: 'closed by the gateway' });
  }

  /** Ends in `loggedOut`, whether or not WhatsApp could be told within `deadlineMs`. */
  async logout(deadlineMs) {
    const until = Date.now() + deadlineMs;
    const told = await this.#tellLogout(deadlineMs / 2);
    this.#stop('logged out');
    await this.#forgetKeys(within(until - Date.now() - deadlineMs / 10, this.#outbox.drained()));
    if (this.#wanted) return; // asked to open since then: what is reported now is of that try
    this.#report({
      state: 'loggedOut', networkCode: 401,
      detail: told ? 'logged out' : 'logged out here; WhatsApp could not be told',
    });
  }

  /** Its user chose something else. */
  choose() {
    this.#session?.choose();
  }

  forget() {
    this.#stop('forgotten');
    this.#outbox.close();
    void this.#session?.keys.close();
    this.#session = null;
  }

  submit(command) {
    this.#commands.submit(command, this.#wanted);
  }

  cancel(token) {
    this.#commands.cancel(token);
  }

  /** The host is full: read nothing. A link that stands still too long is dropped by WhatsApp, or by us. */
  pause() {
    if (this.#pause) return;
    this.#pause = Promise.withResolvers();
    this.#connection?.pause();
  }

  resume() {
    this.#pause?.resolve();
    this.#pause = null;
    if (!this.#crowded) this.#connection?.resume();
  }

  // --- tries --------------------------------------------------------------------------------------

  async #try() {
    const attempt = ++this.#attempt;
    const isCurrent = () => this.#wanted && attempt === this.#attempt;
    clearTimeout(this.#timer);
    this.#report({ state: 'connecting' });
    await this.#pause?.promise;
    await this.#forgetting; // else it would log in with what is deleted under it
    if (!isCurrent()) return;
    try {
      if (!this.#session) await this.#loadSession();
    } catch (error) {
      this.#session = null;
      if (isCurrent()) this.#retry({ code: 0, detail: 'the gateway could not read the session' });
      this.#parts.log.warn('a session could not be read', { k: this.#parts.k, status: error.status ?? 0 });
      return;
    }
    if (!isCurrent()) return;
    if (this.#linked && !this.#session.linked) {
      await this.#loggedOut({ code: 401, detail: 'the credentials are gone from the store: scan a new QR code' });
    } else {
      this.#connect(isCurrent);
    }
  }

  async #loadSession() {
    const session = new Session({
      ...this.#parts,
      outbox: this.#outbox,
      onStoreFailure: (error) => this.#storeFailed(session, error),
    });
    this.#session = session;
    await session.load();
  }

  #connect(isCurrent) {
    const connection = this.#session.connect();
    this.#connection = connection;
    this.#progressed = false;
    connection.on('qr', (qr) => { if (isCurrent()) this.#onQr(connection, qr); });
    connection.on('paired', () => {
      if (!isCurrent()) return;
      this.#progressed = true;
      this.#pairing.answered();
    });
    connection.passkey?.on('stage', (stage) => { if (isCurrent()) this.#onPasskey(connection, stage); });
    connection.on('open', () => { if (isCurrent()) this.#onOpen(connection, isCurrent); });
    connection.on('ended', (why) => {
      if (this.#connection === connection) this.#onEnded(why);
    });
  }

  /** What a command works with that is for a link which is being made. */
  #linking() {
    const passkey = this.#connection?.passkey;
    if (!passkey) throw new NotFound('nothing is asked for: the instance is not being linked');
    return { passkey };
  }

  #onPasskey(connection, stage) {
    this.#pairing.answered();
    connection.pauseCodes();
    const told = passkeyDraft(stage);
    if (told) this.#outbox.add({ drafts: [told] });
    if (stage.stage === 'failed') connection.close(`the passkey was not taken: ${stage.detail}`);
    else this.#report({ state: 'passkey', detail: `passkey: ${stage.stage}` });
  }

  #onQr(connection, qr) {
    this.#progressed = true;
    if (this.#pairing.take(connection, qr)) return;
    this.#stop('QR limit');
    this.#report({ state: 'closed', networkCode: 408, detail: 'nobody scanned a QR code before the limit was reached' });
  }

  #onOpen(connection, isCurrent) {
    this.#openedAt = Date.now();
    for (const told of this.#tried.splice(0)) told();
    this.#linked = true;
    this.#info = {};
    const { me } = this.#session.creds;
    this.#tellProfile({ ownerJid: jidNormalizedUser(me.id), profileName: me.name });
    if (this.#pause || this.#crowded) connection.pause();
    this.#commands.linkUp(connection);
    connection.sock.ev.on('creds.update', () => {
      if (isCurrent() && connection.isOpen) this.#tellProfile({ profileName: this.#session?.creds.me?.name });
    });
    void this.#askPicture(connection, isCurrent);
  }

  /** The name and the picture come later than the link: `open` again with what is new. */
  #tellProfile(found) {
    const news = Object.entries(found).filter(([name, value]) => value && this.#info[name] !== value);
    if (news.length === 0) return;
    this.#info = { ...this.#info, ...Object.fromEntries(news) };
    this.#report({ state: 'open', info: this.#info });
  }

  async #askPicture(connection, isCurrent) {
    try {
      const picture = await connection.sock.profilePictureUrl(this.#info.ownerJid, 'image', PICTURE_WITHIN_MS);
      if (isCurrent() && connection.isOpen) this.#tellProfile({ profilePictureUrl: picture });
    } catch {
      // it has none, or nobody may see it
    }
  }

  // --- ends ---------------------------------------------------------------------------------------

  #onEnded(why) {
    this.#connection = null;
    this.#commands.linkDown();
    for (const told of [...this.#ended.splice(0), ...this.#tried.splice(0)]) told();
    if (!this.#wanted) return;
    if (this.#openedAt && Date.now() - this.#openedAt > STABLE_MS) this.#backoff.reset();
    const wasOpen = this.#openedAt > 0;
    this.#openedAt = 0;
    if (why.kind === 'loggedOut') void this.#loggedOut(why);
    else if (why.kind === 'final') this.#closeForGood(why);
    else if (why.kind === 'retry' || wasOpen || !this.#progressed) this.#retry(why);
    else void this.#try(); // a restart after pairing, or new QR codes
  }

  #retry({ code, detail }) {
    const retryInMs = this.#backoff.nextMs();
    this.#report({ state: 'closed', networkCode: code, retryInMs, detail });
    this.#timer = setTimeout(() => void this.#try(), retryInMs);
  }

  #closeForGood({ code, detail }) {
    this.#stop(detail);
    this.#report({ state: 'closed', networkCode: code, detail });
  }

  async #loggedOut({ code, detail }) {
    this.#stop(detail);
    await this.#forgetKeys();
    if (!this.#wanted) this.#report({ state: 'loggedOut', networkCode: code, detail }); // else the new try tells
  }

  /** Called before anybody sees the error: the socket must be dead by then. */
  #storeFailed(session, error) {
    if (this.#session !== session) return;
    this.#session = null;
    this.#parts.log.error('the store failed; the link is cut and opened again', { k: this.#parts.k, status: error.status ?? 0 });
    const connection = this.#connection;
    if (connection) connection.cut('the gateway could not store what came in');
  }

  /** No more tries, no socket. */
  #stop(detail) {
    this.#wanted = false;
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#connection?.close(detail);
    this.#connection = null;
    this.#commands.giveUp(detail);
  }

  async #tellLogout(deadlineMs) {
    const until = Date.now() + deadlineMs;
    if (!this.#connection?.isOpen) await within(deadlineMs, this.#openOnce());
    const connection = this.#connection;
    if (!connection?.isOpen) return false;
    const ended = new Promise((resolve) => this.#ended.push(resolve));
    this.#wanted = false; // the end is ours
    try {
      await within(until - Date.now(), connection.sock.logout());
      await within(until - Date.now(), ended);
      return true;
    } catch {
      return false; // the link went away under it
    }
  }

  /** One try for a link, if there is an account to link to: WhatsApp is told of a logout over nothing else. */
  async #openOnce() {
    await this.#forgetting;
    if (!this.#session) {
      try {
        await this.#loadSession();
      } catch {
        this.#session = null;
      }
    }
    if (!this.#session?.linked) return;
    const tried = new Promise((resolve) => this.#tried.push(resolve));
    if (!this.#wanted || !this.#connection) {
      this.#wanted = true;
      this.#pairing ??= this.#newPairing();
      void this.#try();
    }
    await tried;
  }

  /** Deletes credentials and keys, after `first` and after what is being deleted already. */
  async #forgetKeys(first) {
    const session = this.#session;
    this.#session = null;
    const forgetting = Promise.all([this.#forgetting, first]).then(() => this.#wipe(session));
    this.#forgetting = forgetting;
    await forgetting;
    if (this.#forgetting === forgetting) this.#forgetting = null;
  }

  /** If the store fails the daemon does it. */
  async #wipe(session) {
    try {
      await session?.keys.close();
      await wipe(this.#parts.host);
    } catch (error) {
      this.#parts.log.error('the keys of a logged out instance could not be deleted', { k: this.#parts.k, status: error.status ?? 0 });
    }
  }

  #setCrowded(crowded) {
    this.#crowded = crowded;
    if (crowded) this.#connection?.pause();
    else if (!this.#pause) this.#connection?.resume();
  }
}

/** Waits for `work`, but not longer than `ms`. */
function within(ms, work) {
  let timer;
  const patience = new Promise((resolve) => { timer = setTimeout(resolve, Math.max(0, ms)); });
  return Promise.race([work, patience]).finally(() => clearTimeout(timer));
}
