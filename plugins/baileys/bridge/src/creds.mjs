import { initAuthCreds } from 'baileys/lib/Utils/auth-utils.js';
import { decodeKey, encodeKey } from './key_codec.mjs';

const LINKED = ['key/', 'sent/'];

/** @returns credentials: the stored ones, or new ones after what an earlier account left is gone */
export async function loadCreds(host) {
  const [stored] = await host.get(['creds']);
  if (stored) return decodeKey('creds', stored);
  await wipeKeys(host);
  return initAuthCreds();
}

/**
 * A pairing code makes baileys set `me` before the phone has answered: a reconnect would then try to
 * log in with an account that does not know us. Kept only once the phone has signed us in.
 */
export function encodeCreds(creds) {
  if (creds.account) return encodeKey(creds);
  return encodeKey({ ...creds, me: undefined, pairingCode: undefined, registered: false });
}

export const isLinked = (creds) => Boolean(creds?.account && creds.me);

/** Deletes the credentials, then every key: without credentials the rest is of no use to anybody. */
export async function wipe(host) {
  await host.write([{ key: 'creds', value: null }]);
  await wipeKeys(host);
}

async function wipeKeys(host) {
  for (const prefix of LINKED) {
    for await (const page of host.scan(prefix)) {
      await host.write(page.map(({ key }) => ({ key, value: null })));
    }
  }
}

/** Before a new try: what a pairing code left in memory, see encodeCreds. */
export function dropHalfPairing(creds) {
  if (creds.account) return;
  delete creds.me;
  delete creds.pairingCode;
  creds.registered = false;
}
