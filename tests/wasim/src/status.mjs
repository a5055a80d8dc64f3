// status@broadcast: a status goes to the devices that its sender names, and to nobody else.
import { n, kid, kids, now } from './b.mjs'

export const STATUS = 'status@broadcast'

/** What a status of the Device `from` is for each device: [device, stanza]. */
export function* statusStanzas(store, from, node) {
  const { id, type } = node.attrs
  const shared = kids(node, 'enc')
  const carried = kids(node).filter(({ tag }) => !['enc', 'participants'].includes(tag))
  for (const { attrs, content } of kids(kid(node, 'participants'), 'to')) {
    const device = store.device(attrs.jid)
    if (!device || device === from) continue
    const who = { participant: from.jid(true), participant_pn: from.account.jid() }
    yield [device, n('message', { id, t: now(), type, notify: from.account.name, from: STATUS, ...who }, [...content, ...shared, ...carried])]
  }
}
