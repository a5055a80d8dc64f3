import { nowUs } from './draft.mjs';

const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const CODE_MS = 160_000; // as long as the QR codes of one connection last together

/** The QR codes of one attempt to link, over all its sockets; with a number, a pairing code per socket. */
export class Pairing {
  #given;
  #number;
  #shown = 0;
  #connection = null;
  #code = {}; // of the present socket

  /** @param given {number, limit, qrMs?, report} */
  constructor(given) {
    this.#given = given;
    this.#number = digitsOf(given.number);
  }

  /** A number that comes while QR codes are shown already. */
  askFor(number) {
    const digits = digitsOf(number);
    if (digits === '' || (digits === this.#number && this.#code.pairingCode)) return;
    this.#number = digits;
    if (this.#connection) void this.#requestCode(this.#connection);
  }

  /** The phone has answered: a code asked for now would spoil what it agreed to. */
  answered() {
    this.#connection = null;
  }

  /** @returns {boolean} false: one code too many */
  take(connection, qr) {
    if (++this.#shown > this.#given.limit) return false;
    const first = this.#connection !== connection;
    this.#connection = connection;
    const lastsMs = this.#given.qrMs ?? (first ? FIRST_QR_MS : NEXT_QR_MS);
    if (first) this.#code = {};
    this.#given.report({ state: 'qr', qr, qrExpiresAtUs: nowUs() + lastsMs * 1000, ...this.#code });
    if (first && this.#number) void this.#requestCode(connection);
    return true;
  }

  async #requestCode(connection) {
    let pairingCode;
    try {
      pairingCode = await connection.sock.requestPairingCode(this.#number);
    } catch {
      return; // the link ended; the next one asks again
    }
    if (this.#connection !== connection) return;
    this.#code = { pairingCode, pairingCodeExpiresAtUs: nowUs() + CODE_MS * 1000 };
    this.#given.report({ state: 'pairingCode', ...this.#code });
  }
}

const digitsOf = (number) => String(number ?? '').replace(/\D/g, '');
