// The acks of a ceremony's notifications: one for each, and nothing else.
import { SERVER } from '../b.mjs'

export class Acks {
  expected = new Map() // id -> {type, count}
  constructor(violation) {
    this.violation = violation
  }
  expect(id, type) {
    this.expected.set(id, { type, count: 0 })
  }
  /** Whether `node` acks one of ours. */
  onAck({ attrs }) {
    const wanted = this.expected.get(attrs.id)
    if (!wanted) return false
    const check = (name, ...good) => {
      if (!good.includes(attrs[name]))
        this.violation(`the ack of ${wanted.type} says ${name}=${attrs[name]}, expected ${good.at(-1)}`)
    }
    check('class', 'notification')
    check('type', wanted.type)
    check('to', SERVER, SERVER.slice(1))
    if (++wanted.count === 2) this.violation(`${wanted.type} was acked twice`)
    return true
  }
  /** At the end all are there. */
  close() {
    for (const { type, count } of this.expected.values()) if (!count) this.violation(`${type} was not acked`)
  }
}
