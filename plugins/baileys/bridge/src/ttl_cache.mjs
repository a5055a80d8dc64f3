/**
 * A small map whose entries end. Bounded, without a timer of its own: baileys' default caches cost one
 * each per socket. Speaks the part of node-cache's interface that baileys uses.
 */
export class TtlCache {
  #entries = new Map(); // key -> {value, until}, oldest first

  constructor({ ttlMs, most = 1000, now = Date.now }) {
    Object.assign(this, { ttlMs, most, now });
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > this.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.now() + this.ttlMs });
    if (this.#entries.size > this.most) this.#entries.delete(this.#entries.keys().next().value);
    return true;
  }

  del(key) {
    return this.#entries.delete(key);
  }

  mget(keys) {
    return Object.fromEntries(keys.map((key) => [key, this.get(key)]).filter(([, value]) => value !== undefined));
  }

  mset(entries) {
    for (const { key, value } of entries) this.set(key, value);
    return true;
  }

  flushAll() {
    this.#entries.clear();
  }
}
