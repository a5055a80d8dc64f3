import { nowUs } from './draft.mjs';
import { CODE_MS, CodeRefused, isNumber, requestCode } from './pairing_code.mjs';

/** The QR codes of one attempt to link, over all its sockets; with a number, a pairing code per socket. */
export class Pairing {
  #given;
  #number;
  #shown = 0;
  #connection = null;
  #qr = {}; // of the present socket, as reported
  #code = {};
  #codeUntil = 0;
  #asking = null; // the number that WhatsApp is being asked about

  /** @param given {number, limit, browser, codeMs?, report} */
  constructor(given) {
    this.#given = { ...given, codeMs: given.codeMs ?? CODE_MS };
    this.#number = digitsOf(given.number);
  }

  /** A number that comes while QR codes are shown already; not while a phone is at work with the code of before. */
  askFor(number) {
    const digits = digitsOf(number);
    const isUnderWay = digits === this.#number && (this.#hasCode || this.#asking === digits);
    if (digits === '' || isUnderWay || this.#connection?.answering) return;
    this.#number = digits;
    this.#code = {}; // the next takes its place
    if (this.#connection) void this.#requestCode(this.#connection);
  }

  /** The phone has answered: a code asked for now would spoil what it agreed to. */
  answered() {
    this.#connection = null;
  }

  /**
   * @param qr {text, expiresAtMs, isNew}
   * @returns {boolean} false: one code too many
   */
  take(connection, { text, expiresAtMs, isNew }) {
    if (isNew && ++this.#shown > this.#given.limit) return false;
    const first = this.#connection !== connection;
    this.#connection = connection;
    if (first || !this.#hasCode) this.#code = {};
    this.#qr = { state: 'qr', qr: text, qrExpiresAtUs: Math.round(expiresAtMs * 1000) };
    this.#given.report({ ...this.#qr, ...this.#code });
    if (first && this.#number) void this.#requestCode(connection);
    return true;
  }

  get #hasCode() { return this.#code.pairingCode !== undefined && performance.now() < this.#codeUntil; }

  async #requestCode(connection) {
    const number = this.#number;
    if (!isNumber(number)) return this.#refused(number, 400, 'the number for the pairing code is none: digits with the country code, without leading zeros');
    this.#asking = number;
    try {
      const pairingCode = await requestCode(connection.sock, this.#given.browser, number);
      if (this.#connection !== connection || this.#number !== number) return;
      const { codeMs } = this.#given;
      connection.holdFor(codeMs);
      this.#codeUntil = performance.now() + codeMs;
      this.#code = { pairingCode, pairingCodeExpiresAtUs: nowUs() + codeMs * 1000 };
      this.#given.report({ state: 'pairingCode', ...this.#code });
    } catch (error) {
      // If the link ended, the next one asks again.
      if (error instanceof CodeRefused && this.#connection === connection) this.#refused(number, error.code, error.message);
    } finally {
      if (this.#asking === number) this.#asking = null;
    }
  }

  /** The QR code goes on. Nobody asks WhatsApp again unasked. */
  #refused(number, networkCode, detail) {
    if (this.#number !== number) return;
    this.#number = '';
    this.#given.report({ ...this.#qr, networkCode: networkCode || 408, detail });
  }
}

const digitsOf = (number) => String(number ?? '').replace(/\D/g, '');
