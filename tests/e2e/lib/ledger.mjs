// What was sent in numbered streams, one stream a chat, and what a receiver heard of it: the judge of every test about loss. Whoever sends
// enters each number before it goes out; whoever receives, each arrival with its event id.
import assert from 'node:assert/strict'

export class Ledger {
  /** `name`: whose, for messages. `lateAfterMs`: from the sending of a number to its first arrival. */
  constructor(name, { lateAfterMs = Infinity } = {}) {
    /** `missing`: numbers that have not come yet. */
    Object.assign(this, { name, lateAfterMs, arrivals: 0, missing: 0, chats: new Map() })
  }
  sent(chat, n, at = Date.now()) {
    const { sent, heard } = this.#of(chat)
    if (!sent.has(n) && !heard.has(n)) this.missing++
    sent.set(n, at)
  }
  /** One arrival of number `n` under an event id, which the same event has each time that it comes. */
  arrived(chat, n, id, at = Date.now()) {
    this.arrivals++
    const { sent, heard, arrived } = this.#of(chat)
    if (sent.has(n) && !heard.has(n)) this.missing--
    heard.add(n)
    arrived.push({ n, id, at })
  }
  /** Arrivals of what had come before under the same id: allowed, for what was not acknowledged comes again. */
  get repeats() {
    const events = [...this.chats].flatMap(([chat, { arrived }]) => arrived.map(({ n, id }) => `${chat} ${n} ${id}`))
    return this.arrivals - new Set(events).size
  }

  /** What went wrong, each a list of `chat n`: lost; doubled (under two ids, or two under one); disordered (its first arrival
   * came after that of a later number of the chat); late; unknown (arrived and never sent). */
  verdict() {
    const found = { lost: [], doubled: [], disordered: [], late: [], unknown: [] }
    const ownerOf = new Map() // of an id
    for (const [chat, { sent, arrived }] of this.chats) {
      const first = new Map()
      let newest = -Infinity
      for (const { n, id, at } of arrived) {
        const name = `${chat} ${n}`
        if ((ownerOf.get(id) ?? name) !== name || (first.get(n) ?? id) !== id) found.doubled.push(name)
        ownerOf.set(id, name)
        if (first.has(n)) continue
        first.set(n, id)
        if (n < newest) found.disordered.push(name)
        newest = Math.max(newest, n)
        if (!sent.has(n)) found.unknown.push(name)
        else if (at - sent.get(n) > this.lateAfterMs) found.late.push(name)
      }
      for (const n of sent.keys()) if (!first.has(n)) found.lost.push(`${chat} ${n}`)
    }
    return found
  }
  /** Fails unless all came, once each as far as ids tell, in order and in time. */
  check() {
    const wrong = Object.entries(this.verdict()).filter(([, list]) => list.length > 0)
    const words = wrong.map(([what, list]) => `${list.length} ${what} (${list.slice(0, 10).join(', ')})`)
    assert.equal(words.join('; '), '', this.name)
  }

  #of(chat) {
    if (!this.chats.has(chat)) this.chats.set(chat, { sent: new Map(), heard: new Set(), arrived: [] })
    return this.chats.get(chat)
  }
}

/** The ledger of one instance of the generator (tests/plugins/fixtures), whose event n belongs to chat n modulo `chats`. */
export class GeneratorLedger extends Ledger {
  constructor(name, { total, chats }) {
    super(name)
    this.modulus = chats
    for (let n = 0; n < total; n++) this.sent(n % chats, n)
  }
  add(n, id) {
    this.arrived(n % this.modulus, n, id)
  }
}
