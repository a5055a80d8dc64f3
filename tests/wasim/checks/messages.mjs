// Messages between two people, their receipts, presence, and messages that cannot be decrypted at first.
import { sleep } from '../client.mjs'
import { PA, PB, PC, admin, assert, cast, check, sim } from './world.mjs'

const { a, b } = cast

let sent
await check('text A->B decrypted', async () => {
  sent = await a.sock.sendMessage(PB + '@s.whatsapp.net', { text: 'hello bob' })
  const m = await b.text('hello bob')
  assert(m.pushName === 'Alice', 'pushName ' + m.pushName)
  assert(m.key.id === sent.key.id)
})
await check('delivery receipt back to A (status 3)', () =>
  Promise.any([
    a.wait('messages.update', (us) => us.some((u) => u.key.id === sent.key.id && u.update.status >= 3)),
    a.wait('messages.upsert', (us) => us.messages.some((m) => m.key.id === sent.key.id && m.status >= 3)),
  ]),
)
await check('read receipt back to A (status 4)', async () => {
  const m = await b.text('hello bob')
  await b.sock.readMessages([m.key])
  // while Baileys is buffering, the status may be folded into the message's own upsert
  await Promise.any([
    a.wait('messages.update', (us) => us.some((u) => u.key.id === sent.key.id && u.update.status === 4)),
    a.wait('messages.upsert', (us) => us.messages.some((m) => m.key.id === sent.key.id && m.status === 4)),
  ])
})
await check('many read receipts in one stanza, all told to the author', async () => {
  const ids = []
  for (const text of ['one', 'two', 'three']) {
    const { key } = await a.sock.sendMessage(PB + '@s.whatsapp.net', { text })
    ids.push(key.id)
    await b.text(text)
  }
  await b.sock.readMessages(ids.map((id) => ({ remoteJid: a.jid, id, fromMe: false })))
  await Promise.all(
    ids.map((id) =>
      Promise.any([
        a.wait('messages.update', (us) => us.some((u) => u.key.id === id && u.update.status === 4)),
        a.wait('messages.upsert', (us) => us.messages.some((m) => m.key.id === id && m.status === 4)),
      ]),
    ),
  )
  const told = (await admin('phone/inbox', { phone: PA })).find((x) => x.receipt?.ids.length === 3)
  assert(told.receipt.type === 'read' && told.receipt.ids.join() === ids.join(), JSON.stringify(told))
})
await check("copy decrypted by both phones (B's text, A's deviceSent)", async () => {
  await sleep(200)
  assert(
    (await admin('phone/inbox', { phone: PB })).some((x) => x.text === 'hello bob' && !x.fromMe),
    "bob's phone",
  )
  assert(
    (await admin('phone/inbox', { phone: PA })).some((x) => x.text === 'hello bob' && x.fromMe),
    "alice's phone",
  )
})
await check('reply B->A', async () => {
  await b.sock.sendMessage(a.jid, { text: 'hi alice' })
  await a.text('hi alice')
})
await check('message from a phone-only contact, reply reaches the phone', async () => {
  await admin('phone/send', { phone: PC, to: a.jid, text: 'from a phone' })
  await a.text('from a phone')
  await a.sock.sendMessage(PC + '@s.whatsapp.net', { text: 'to a phone' })
  for (let i = 0; i < 40; i++) {
    if ((await admin('phone/inbox', { phone: PC })).some((x) => x.text === 'to a phone')) return
    await sleep(50)
  }
  throw new Error('not in inbox')
})
await check('reaction, edit, revoke, poll relay', async () => {
  const jid = PB + '@s.whatsapp.net'
  await a.sock.sendMessage(jid, { react: { text: '👍', key: sent.key } })
  await b.wait('messages.reaction', (r) => r.some((x) => x.reaction.text === '👍'))
  await a.sock.sendMessage(jid, { edit: sent.key, text: 'hello bob (edited)' })
  await b.wait('messages.update', (us) => us.some((u) => JSON.stringify(u.update).includes('(edited)')))
  await a.sock.sendMessage(jid, { delete: sent.key })
  await b.wait('messages.update', (us) => us.some((u) => u.key.id === sent.key.id && u.update.message === null))
  await a.sock.sendMessage(jid, { poll: { name: 'q?', values: ['x', 'y'], selectableCount: 1 } })
  await b.wait('messages.upsert', (u) => u.messages.some((m) => JSON.stringify(m.message ?? {}).includes('q?')))
})
await check('presence + typing relay', async () => {
  await b.sock.presenceSubscribe(a.jid)
  await a.sock.sendPresenceUpdate('unavailable')
  await a.sock.sendPresenceUpdate('available')
  await b.wait('presence.update', (p) => p.presences[a.jid]?.lastKnownPresence === 'available')
  await a.sock.sendPresenceUpdate('composing', b.jid)
  await b.wait('presence.update', (p) => Object.values(p.presences)[0].lastKnownPresence === 'composing')
})
await check('corrupted ciphertext -> retry receipt -> resend decrypts', async () => {
  await admin('faults', { corrupt: 1 })
  await a.sock.sendMessage(b.jid, { text: 'needs retry' })
  await b.text('needs retry', 20000)
  return `receipt retry x${sim.counters.get('receipt retry')}`
})
await check('onWhatsApp', async () => {
  const r = await a.sock.onWhatsApp(PB, '19998887777')
  assert(
    r.find((x) => x.jid.startsWith(PB))?.exists === true && !r.find((x) => x.jid.startsWith('1999'))?.exists,
    JSON.stringify(r),
  )
})
