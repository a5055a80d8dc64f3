import { S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';

/** Those that the API knows. */
export const SETTINGS = ['readreceipts', 'profile', 'status', 'online', 'last', 'groupadd'];

/** As WhatsApp has them now; null: it did not say. */
export async function privacyOf(sock) {
  const all = await sock.fetchPrivacySettings(true);
  return Object.fromEntries(SETTINGS.map((name) => [name, all[name] ?? null]));
}

export function setPrivacy(sock, name, value, ms) {
  const content = [{ tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs: { name, value } }] }];
  return sock.query({ tag: 'iq', attrs: { xmlns: 'privacy', to: S_WHATSAPP_NET, type: 'set' }, content }, ms);
}
