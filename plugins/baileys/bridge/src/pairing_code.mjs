import { randomBytes } from 'node:crypto';
import { bytesToCrockford } from 'baileys/lib/Utils/generics.js';
import { aesEncryptCTR, derivePairingCodeKey } from 'baileys/lib/Utils/crypto.js';
import { getBinaryNodeChild, jidEncode, S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';

const ANSWER_MS = 20_000;
/** From WhatsApp's answer on, the phone takes the code for so long. */
export const CODE_MS = 180_000;

/** WhatsApp gives out codes only to what calls itself a browser on a system that it knows: by the numbers of its web clients. */
const BROWSERS = { Chrome: 1, Edge: 2, Firefox: 3, Opera: 5, Safari: 6 };
const SYSTEMS = ['Windows', 'Mac OS', 'Linux', 'Ubuntu'];

const REASONS = {
  0: 'WhatsApp did not answer the request for a pairing code',
  400: 'WhatsApp gives no pairing code for this number',
  403: 'WhatsApp forbids pairing codes for this number',
  429: 'WhatsApp has given out too many pairing codes for this number: try again later, or scan the QR code',
  452: 'WhatsApp gives no pairing code for this number now: scan the QR code',
};

/** There is no code, and why. `code`: WhatsApp's number; 0: it did not answer. */
export class CodeRefused extends Error {
  constructor(code) {
    super(REASONS[code] ?? `WhatsApp refused the pairing code (${code})`);
    this.code = code;
  }
}

/** A telephone number with its country code: digits, none of them a leading 0. */
export const isNumber = (digits) => /^[1-9]\d{6,14}$/.test(digits);

/** @param browser [name, browser, ...] of the phone's list of devices */
export function displayOf([client, browser]) {
  const name = Object.hasOwn(BROWSERS, browser) ? browser : 'Chrome';
  return { id: String(BROWSERS[name]), text: `${name} (${SYSTEMS.includes(client) ? client : 'Linux'})` };
}

/**
 * Asks WhatsApp for a pairing code, on a socket that has had its `pair-device`. baileys' own request waits for no answer and gives out a code
 * that WhatsApp may not know; what the phone says to it is baileys' again.
 *
 * @returns {Promise<string>} rejects with CodeRefused, or as the socket does when it ends
 */
export async function requestCode(sock, browser, number) {
  const { creds } = sock.authState;
  const code = bytesToCrockford(randomBytes(5));
  const id = jidEncode(number, 's.whatsapp.net');
  await ask(sock, await hello({ id, code, creds, display: displayOf(browser) }));
  creds.pairingCode = code;
  creds.me = { id, name: '~' };
  sock.ev.emit('creds.update', creds);
  return code;
}

async function ask(sock, content) {
  let answer;
  try {
    answer = await sock.query({ tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' }, content: [content] }, ANSWER_MS);
  } catch (error) {
    if (typeof error?.data === 'number') throw new CodeRefused(error.data);
    if (error?.output?.statusCode !== 408) throw error;
  }
  if (!answer) throw new CodeRefused(0);
  if (!getBinaryNodeChild(getBinaryNodeChild(answer, 'link_code_companion_reg'), 'link_code_pairing_ref')) throw new CodeRefused(500);
}

async function hello({ id, code, creds, display }) {
  const salt = randomBytes(32), iv = randomBytes(16);
  const sealed = aesEncryptCTR(creds.pairingEphemeralKeyPair.public, await derivePairingCodeKey(code, salt), iv);
  const node = (tag, content) => ({ tag, attrs: {}, content });
  return {
    tag: 'link_code_companion_reg',
    attrs: { jid: id, stage: 'companion_hello', should_show_push_notification: 'true' },
    content: [
      node('link_code_pairing_wrapped_companion_ephemeral_pub', Buffer.concat([salt, iv, sealed])),
      node('companion_server_auth_key_pub', creds.noiseKey.public),
      node('companion_platform_id', display.id),
      node('companion_platform_display', display.text),
      node('link_code_pairing_nonce', '0'),
    ],
  };
}
