import { contentOf } from './inbound.mjs';
import { TtlCache } from './ttl_cache.mjs';

const LONGEST_ID = 128; // a sender chooses it
const LARGEST = 2048; // bytes: texts, polls, places; a medium without its thumbnail
const KEPT = 300;

/**
 * What came in of late, for callers who answer, forward or vote in it by its id alone. In memory only, at most 600 KB: it is a convenience,
 * the event has the content.
 */
export class RecentMessages {
  #kept = new TtlCache({ ttlMs: 24 * 3600_000, most: KEPT });

  /** @param {object} key of the message; undefined: it has none @param {Uint8Array} plaintext as it was decrypted */
  note(key, plaintext) {
    if (!key || !(key.id?.length <= LONGEST_ID) || !plaintext || plaintext.length > LARGEST) return;
    const kept = { plaintext: Uint8Array.from(plaintext), fromMe: key.fromMe === true };
    for (const chat of [key.remoteJid, key.remoteJidAlt]) if (chat) this.#kept.set(nameOf(chat, key.id), kept);
  }

  /** @returns {{content: object, fromMe: boolean}|undefined} */
  find(chat, id) {
    const kept = this.#kept.get(nameOf(chat, id));
    return kept && { content: contentOf(kept.plaintext), fromMe: kept.fromMe };
  }
}

const nameOf = (chat, id) => `${chat} ${id}`;
