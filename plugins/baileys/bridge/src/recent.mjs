import { createHash } from 'node:crypto';

const KEPT = 500;

/**
 * Ciphertexts that were decrypted and recorded. WhatsApp delivers a message again if its receipt got lost; the
 * key has been used then and cannot be used twice.
 */
export class RecentCiphertexts {
  #digests = new Set();

  has(digest) {
    return this.#digests.has(digest);
  }

  add(digest) {
    this.#digests.add(digest);
    if (this.#digests.size > KEPT) this.#digests.delete(this.#digests.values().next().value);
  }
}

export const digestOf = (ciphertext) => createHash('sha256').update(ciphertext).digest('base64').slice(0, 22);
