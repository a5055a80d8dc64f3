import { TtlCache } from './ttl_cache.mjs';

/**
 * What is known of groups. One is asked for once, however many need it, and again when WhatsApp has told of a change.
 */
export class GroupCache {
  #known = new TtlCache({ ttlMs: 3600_000, most: 1000 });
  #asking = new Map(); // group -> the answer that is awaited

  /** @returns {object|undefined} what is known, without asking */
  known(jid) {
    return this.#known.get(jid);
  }

  async get(sock, jid) {
    return this.#known.get(jid) ?? this.fresh(sock, jid);
  }

  /** As WhatsApp has it now. */
  async fresh(sock, jid) {
    const asked = this.#asking.get(jid) ?? this.#ask(sock, jid);
    return asked;
  }

  put(metadata) {
    this.#known.set(metadata.id, metadata);
  }

  /** It has changed: an answer on its way may be of before. */
  forget(jid) {
    this.#known.del(jid);
    this.#asking.delete(jid);
  }

  #ask(sock, jid) {
    const asked = sock.groupMetadata(jid).then((metadata) => {
      if (this.#asking.get(jid) === asked) this.put(metadata);
      return metadata;
    });
    const done = () => { if (this.#asking.get(jid) === asked) this.#asking.delete(jid); };
    asked.then(done, done);
    this.#asking.set(jid, asked);
    return asked;
  }
}
