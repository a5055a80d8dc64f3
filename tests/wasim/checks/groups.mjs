// Groups: sender keys, receipts, members.
import { PB, PC, admin, assert, cast, check, sim } from './world.mjs'

const { a, b } = cast

let g
await check('group create -> groups.upsert at B', async () => {
  g = await a.sock.groupCreate('Team', [PB + '@s.whatsapp.net'])
  await b.wait('groups.upsert', (gs) => gs.some((x) => x.id === g.id))
  assert(g.participants.length === 2)
})
await check('group text A->B (sender key)', async () => {
  await a.sock.sendMessage(g.id, { text: 'hello group' })
  const m = await b.text('hello group')
  assert(m.key.remoteJid === g.id)
})
await check('group text B->A, second message reuses sender key', async () => {
  await b.sock.sendMessage(g.id, { text: 'hi group' })
  await a.text('hi group')
  await b.sock.sendMessage(g.id, { text: 'hi group 2' })
  await a.text('hi group 2')
})
await check('corrupted group message -> retry receipt -> resend to that device only', async () => {
  await admin('faults', { corrupt: 1 })
  await a.sock.sendMessage(g.id, { text: 'group retry' })
  await b.text('group retry', 20000)
  assert(sim.counters.get('receipt retry') === 2)
})
await check('group receipts (message-receipt.update)', () =>
  a.wait('message-receipt.update', (r) => r.some((x) => x.key.remoteJid === g.id)),
)
await check('group add/promote/remove/metadata', async () => {
  await admin('account', { phone: PC })
  const r = await a.sock.groupParticipantsUpdate(g.id, [PC + '@s.whatsapp.net'], 'add')
  assert(r[0].status === '200')
  assert((await a.sock.groupMetadata(g.id)).participants.length === 3)
  await a.sock.groupParticipantsUpdate(g.id, [PB + '@s.whatsapp.net'], 'promote')
  await b.wait('group-participants.update', (u) => u.action === 'promote')
  await admin('phone/send', { phone: PC, to: g.id, text: 'phone in group' })
  await a.text('phone in group')
  await a.sock.groupParticipantsUpdate(g.id, [PC + '@s.whatsapp.net'], 'remove')
  assert(Object.keys(await b.sock.groupFetchAllParticipating()).includes(g.id))
})
