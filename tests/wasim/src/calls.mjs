// Calls as far as they ring: who calls whom, and who refused.
import { randomBytes } from 'node:crypto'
import { n, kid, now } from './b.mjs'

export class Calls {
  rejected = [] // {id, by: phone, from: the caller as it was named}

  constructor(sim) {
    this.sim = sim
  }

  /**
   * The companions of `to` hear it ring. `device`: of the caller; `id`: of a call that rings already
   * @returns the call's id
   */
  offer(from, to, { video = false, group, device, id = randomBytes(16).toString('hex').toUpperCase() } = {}) {
    const creator = device ? from.jid(true).replace('@', `:${device}@`) : from.jid(true)
    const offer = n('offer', { 'call-id': id, 'call-creator': creator, caller_pn: from.jid(), 'group-jid': group }, [
      n('audio', { enc: 'opus', rate: '16000' }),
      ...(video ? [n('video', {})] : []),
    ])
    for (const device of to.companions)
      this.sim.router.deliver(device, n('call', { from: from.jid(true), id: randomBytes(8).toString('hex'), t: now(), notify: from.name }, [offer]))
    return id
  }

  handle(conn, node) {
    const reject = kid(node, 'reject')
    if (!reject) return this.sim.unknown(conn, node)
    this.rejected.push({ id: reject.attrs['call-id'], by: conn.account.pn, from: node.attrs.to })
    conn.send(n('ack', { class: 'call', id: node.attrs.id, from: node.attrs.to, type: 'reject' }))
  }
}
