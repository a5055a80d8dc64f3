import { USyncQuery, USyncUser } from 'baileys/lib/WAUSync/index.js';
import { TtlCache } from './ttl_cache.mjs';

const HOUR = 3600_000;
const MOST_AT_ONCE = 100; // numbers in one question
const BURST = 20; // questions that may follow each other at once
const EVERY_MS = 250; // then one in so long
const PATIENCE_MS = 2000; // for an answer, until the next question is asked beside it

/**
 * Who is on WhatsApp. Many questions about numbers get an account blocked, so they are few: what is known is not asked
 * again (who is not there, for a minute), one question at a time is under way, and all who come meanwhile share the next;
 * it is asked beside one that stays without an answer.
 */
export class Existence {
  #known = new TtlCache({ ttlMs: 24 * HOUR, most: 10_000 });
  #absent = new TtlCache({ ttlMs: HOUR / 60, most: 10_000 });
  #numbers = new TtlCache({ ttlMs: 24 * HOUR, most: 10_000 }); // address that tells no number -> the one that does
  #waiting = new Map(); // jid -> {promise, resolve, reject}: in the next question, or in the one under way
  #asking = false;
  #rate;
  #patienceMs;
  #sock = null; // of the present link

  constructor({ patienceMs = PATIENCE_MS, burst = BURST, everyMs = EVERY_MS } = {}) {
    this.#patienceMs = patienceMs;
    this.#rate = new Rate({ burst, everyMs });
  }

  /**
   * @param {string[]} jids of persons, by phone number
   * @returns {Promise<Map<string, {jid: string, exists: boolean, lid?: string}>>} by what was asked; `jid`: as WhatsApp writes it
   */
  async ask(sock, jids) {
    this.#sock = sock;
    const answers = jids.map((jid) => this.#known.get(jid) ?? this.#absent.get(jid) ?? this.#queued(jid).promise);
    if (this.#waiting.size > 0 && !this.#asking) void this.#run();
    const found = await Promise.all(answers);
    return new Map(jids.map((jid, n) => [jid, found[n]]));
  }

  /** @returns {string|undefined} the address by phone number of somebody who was asked for by it */
  numberOf(lid) {
    return this.#numbers.get(lid);
  }

  #queued(jid) {
    if (!this.#waiting.has(jid)) {
      const waiter = Promise.withResolvers();
      waiter.promise.catch(() => {}); // told to those who wait for it
      this.#waiting.set(jid, waiter);
    }
    return this.#waiting.get(jid);
  }

  async #run() {
    this.#asking = true;
    while (this.#waiting.size > 0) {
      await this.#rate.turn();
      const batch = [...this.#waiting].slice(0, MOST_AT_ONCE);
      await within(this.#patienceMs, this.#next(batch));
      for (const [jid, waiter] of batch) {
        if (this.#waiting.get(jid) === waiter) this.#waiting.delete(jid); // not answered: who comes now asks anew
      }
    }
    this.#asking = false;
  }

  async #next(batch) {
    try {
      const answers = await question(this.#sock, batch.map(([jid]) => jid));
      for (const [jid, { resolve }] of batch) {
        const answer = answers.get(jid) ?? { jid, exists: false };
        (answer.exists ? this.#known : this.#absent).set(jid, answer);
        if (answer.lid) this.#numbers.set(answer.lid, answer.jid);
        resolve(answer);
      }
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    }
  }
}

/** Waits for `work`, which does not fail, but not longer than `ms`. */
function within(ms, work) {
  let timer;
  const patience = new Promise((resolve) => { timer = setTimeout(resolve, ms); });
  return Promise.race([work, patience]).finally(() => clearTimeout(timer));
}

/** As baileys asks, but it leaves out which number an answer is about, and WhatsApp may know it by another address. */
async function question(sock, jids) {
  const query = new USyncQuery().withLIDProtocol();
  query.protocols.unshift({
    name: 'contact',
    getQueryElement: () => ({ tag: 'contact', attrs: {} }),
    getUserElement: ({ phone }) => ({ tag: 'contact', attrs: {}, content: phone }),
    parser: ({ attrs, content }) => ({ exists: attrs.type === 'in', phone: content?.toString() }),
  });
  for (const jid of jids) query.withUser(new USyncUser().withPhone(`+${phoneOf(jid)}`));
  const result = await sock.executeUSyncQuery(query);
  if (!result) throw new Error('no answer about the number');
  const answers = new Map();
  for (const { id, contact, lid } of result.list) {
    const asked = `${(contact?.phone ?? phoneOf(id)).replace(/\D/g, '')}@s.whatsapp.net`;
    answers.set(asked, { jid: id, exists: contact?.exists === true, ...(lid ? { lid } : {}) });
  }
  return answers;
}

const phoneOf = (jid) => jid.split(/[:@]/)[0];

/** Turns, `burst` of them at once and then one every `everyMs`. */
class Rate {
  #next = 0; // when the turn after the last one would be, if they came one every `everyMs`

  constructor({ burst, everyMs }) {
    Object.assign(this, { burst, everyMs });
  }

  async turn() {
    const now = Date.now();
    this.#next = Math.max(this.#next, now) + this.everyMs;
    const wait = this.#next - now - this.burst * this.everyMs;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
