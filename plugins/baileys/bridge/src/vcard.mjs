// Business cards (RFC 2426) as WhatsApp shows them: a number with `waid` has a button to write to.
import { createJid } from './jids.mjs';

/** @param {{fullName: string, phoneNumber: string, wuid?: string, organization?: string, email?: string, url?: string}} contact */
export function vcard({ fullName, phoneNumber, wuid, organization, email, url }) {
  const waid = createJid(wuid ?? phoneNumber).split('@')[0];
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${escaped(fullName)};;;`,
    `FN:${escaped(fullName)}`,
    organization && `ORG:${escaped(organization)}`,
    `TEL;type=CELL;type=VOICE;waid=${waid}:${escaped(phoneNumber)}`,
    email && `EMAIL:${escaped(email)}`,
    url && `URL:${escaped(url)}`,
    'END:VCARD',
  ];
  return lines.filter(Boolean).join('\n');
}

/** A text that stays one value on one line, whatever is in it. */
const escaped = (text) => text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|[\r\n]/g, '\\n');
