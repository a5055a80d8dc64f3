// All ceremonies of a simulator, also those that are over; and what a test asks of them.
import { randomBytes } from 'node:crypto'
import { n } from '../b.mjs'
import { Ceremony, failed } from './ceremony.mjs'
import { onRequest, refusal } from './requests.mjs'

/** What `pair-success` carries beside the usual. */
const extraChildren = () =>
  ['jurisdiction', 'encryption-metadata', 'client-props'].map((tag) => n(tag, {}, randomBytes(8)))

export class Passkeys {
  all = []
  constructor(sim) {
    this.sim = sim
  }
  /** Links `conn` to `account` after a ceremony. `advSecret`: what the phone knows of the client's, if it does. */
  async link(conn, account, advSecret) {
    const ceremony = new Ceremony(this.all.length + 1, this.sim, conn, account, advSecret)
    this.all.push(ceremony)
    conn.passkey = ceremony
    const newAdvSecret = await ceremony.begin()
    if (ceremony.closes('before', 'pair-success')) throw failed(`passkey: ${ceremony.reason}`, 499)
    const linking = this.sim.pairing.pair(conn, account, newAdvSecret, extraChildren())
    ceremony.closes('after', 'pair-success')
    try {
      const linked = await linking
      ceremony.acks.close()
      ceremony.end('linked')
      return linked
    } catch (error) {
      ceremony.end('refused', error.message, error.status)
      throw error
    }
  }
  onIq(conn, node, child) {
    if (conn.passkey) return onRequest(conn.passkey, node, child)
    this.sim.violation(conn.who(), `${child.tag} came without a ceremony`)
    throw refusal(401, 'not-authorized')
  }
  of(phone) {
    return this.all.filter((c) => c.account.pn === phone)
  }
  /** The user of `phone` confirms; `id`: which ceremony, if several are running. */
  confirm({ phone, id, code }) {
    const running = this.of(phone).filter((c) => c.running && (id === undefined || c.id === id))
    if (!running.length) throw failed('no ceremony is running', 404)
    if (running.length > 1) throw failed(`several ceremonies are running: ${running.map((c) => c.id)}`, 409)
    running[0].confirm(code)
    return running[0].view()
  }
}
