// What a receiver heard of one instance of the generator (tests/plugins/fixtures): event n belongs to chat n modulo `chats`.
import assert from 'node:assert/strict'

export class History {
  /** `name`: whose, for messages. */
  constructor(name, { total, chats }) {
    Object.assign(this, { name, total, chats, arrivals: 0, ids: new Map() })
  }
  /** One arrival of event `n` under `id`. */
  add(n, id) {
    this.arrivals++
    const known = this.ids.get(n)
    if (known === undefined) this.ids.set(n, id)
    else assert.equal(id, known, `${this.name}: event ${n} came under two ids`)
  }
  get missing() {
    return this.total - this.ids.size
  }
  get repeats() {
    return this.arrivals - this.ids.size
  }
  /** Everything is there, and the first arrivals of each chat are in order. */
  check() {
    const came = [...this.ids.keys()]
    assert.equal(new Set(this.ids.values()).size, came.length, `${this.name}: two events came under one id`)
    for (let chat = 0; chat < this.chats; chat++) {
      const ofChat = (n) => n % this.chats === chat
      const expected = Array.from({ length: this.total }, (_, n) => n).filter(ofChat)
      assert.deepEqual(came.filter(ofChat), expected, `${this.name}, chat ${chat}`)
    }
  }
}
