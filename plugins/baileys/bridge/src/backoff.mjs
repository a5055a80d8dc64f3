/**
 * How long to wait before the next try: doubles up to a limit, spread over its upper half so that instances that
 * fell together do not come back together.
 */
export class Backoff {
  #tries = 0;

  constructor({ firstMs = 1000, mostMs = 60_000, random = Math.random } = {}) {
    Object.assign(this, { firstMs, mostMs, random });
  }

  get tries() { return this.#tries; }

  nextMs() {
    const whole = Math.min(this.firstMs * 2 ** Math.min(this.#tries++, 30), this.mostMs);
    return Math.max(1, Math.round(whole * (0.5 + this.random() / 2)));
  }

  reset() {
    this.#tries = 0;
  }
}
