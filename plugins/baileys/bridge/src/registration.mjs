import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { buildAckStanza } from 'baileys/lib/Utils/stanza-ack.js';
import { getBinaryNodeChild } from 'baileys/lib/WABinary/index.js';

const FINISH_MS = 60_000; // WhatsApp signs a device in within that of the phone's answer to a code

/**
 * What WhatsApp tells a device that is not linked yet, as far as baileys does not know it: notifications are acknowledged before there is an
 * account, and the secret that the phone is to sign with is renewed when WhatsApp asks for it.
 *
 * Events: `refreshed`: there is a new secret; `answering`: a phone has taken the pairing code; `unanswered`: nothing came of that.
 */
export class Registration extends EventEmitter {
  #sock;
  #timer = null;
  #isBusy;

  /** `isBusy`: somebody is at work with the secret that there is. */
  constructor(sock, { finishMs = FINISH_MS, isBusy = () => false } = {}) {
    super();
    this.#sock = sock;
    this.#isBusy = isBusy;
    const { ws } = sock;
    // First of all: baileys acknowledges by itself once a pairing code has given it an account.
    ws.prependListener('CB:notification', (stanza) => this.#acknowledge(stanza));
    ws.on('CB:notification,type:companion_reg_refresh', () => this.#refresh());
    ws.on('CB:notification,type:link_code_companion_reg', (stanza) => { if (hasKey(stanza)) this.#answering(finishMs); });
    ws.on('CB:iq,,pair-success', () => clearTimeout(this.#timer));
  }

  /** Between the phone's answer to a code and its signature: what was agreed upon must not change. */
  get answering() { return this.#timer !== null; }

  stop() {
    clearTimeout(this.#timer);
    this.removeAllListeners();
  }

  #acknowledge(stanza) {
    if (this.#sock.authState.creds.me?.id) return;
    this.#sock.sendNode(buildAckStanza(stanza)).catch(() => {}); // the link ended
  }

  #refresh() {
    const { creds } = this.#sock.authState;
    if (this.answering || this.#isBusy() || creds.account) return;
    creds.advSecretKey = randomBytes(32).toString('base64');
    this.#sock.ev.emit('creds.update', creds); // whole: of a part baileys would tell WhatsApp a name
    this.emit('refreshed');
  }

  #answering(finishMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.emit('unanswered');
    }, finishMs);
    this.emit('answering');
  }
}

/** Only to that does baileys answer. */
const hasKey = (stanza) =>
  getBinaryNodeChild(getBinaryNodeChild(stanza, 'link_code_companion_reg'), 'link_code_pairing_wrapped_primary_ephemeral_pub') !== undefined;
