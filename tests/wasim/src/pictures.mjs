// w:profile:picture: the pictures of accounts and groups, and who may see them.
import { n, kid, bytes, now } from './b.mjs'
import { err } from './iq.mjs'

const JPEG = 0xffd8

export class Pictures {
  constructor(sim) {
    this.sim = sim
    this.store = sim.store
  }

  handle(c, q) {
    const of = this.store.groups.get(q.attrs.target) ?? this.store.account(q.attrs.target ?? '')
    if (q.attrs.type === 'set') {
      const mine = of ?? c.account
      if (mine.members && !mine.members.has(c.account.lid)) throw err(403, 'forbidden')
      if (mine.pn && mine !== c.account) throw err(403, 'forbidden')
      const picture = bytes(kid(q, 'picture'))
      if (picture && picture.readUInt16BE() !== JPEG) throw err(406, 'not-acceptable')
      mine.picture = picture
      return c.result(q, mine.picture && [n('picture', { id: now() })])
    }
    if (of?.members && !of.members.has(c.account.lid)) throw err(403, 'forbidden')
    if (of?.privacy?.profile === 'none' && of !== c.account) throw err(401, 'not-authorized')
    if (!of?.picture) throw err(404, 'item-not-found')
    const path = this.sim.media.put(of.picture)
    c.result(q, [
      n('picture', {
        id: '1',
        type: kid(q, 'picture')?.attrs.type ?? 'preview',
        url: this.sim.media.url(path),
        direct_path: path,
      }),
    ])
  }
}
