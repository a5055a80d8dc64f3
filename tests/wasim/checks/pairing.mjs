// Handshake, trust, pairing by QR code, and what comes right after it.
import { sleep, trustRoot, untrustRoot } from '../client.mjs'
import { PA, PB, admin, assert, cast, check, mk, sim } from './world.mjs'

const { a, b } = cast

await check('client reads its trusted root from the mutable WA_CERT_DETAILS (malformed root -> refused)', async () => {
  trustRoot(Buffer.alloc(5))
  const x = await mk('x', { autoReconnect: false }).connect()
  const u = await x.wait('connection.update', (u) => u.connection === 'close' && u, 5000)
  assert(/intermediate certificate signature/.test(u.lastDisconnect.error.message), u.lastDisconnect.error.message)
})
await check('KNOWN CLIENT BUG reproduced: rc14 accepts a chain NOT signed by its root', async () => {
  untrustRoot() // the genuine WhatsApp root; our chain is not signed by it
  const x = await mk('x2', { autoReconnect: false }).connect()
  await x.wait('connection.update', (u) => u.qr, 5000)
  await x.stop()
})
trustRoot(sim.identity.rootPublic)
await admin('account', {
  phone: PB,
  name: 'Bob',
  history: [
    {
      id: PA + '@s.whatsapp.net',
      name: 'Alice',
      messages: [
        {
          message: {
            key: { remoteJid: PA + '@s.whatsapp.net', id: 'OLD1', fromMe: false },
            message: { conversation: 'from history' },
            messageTimestamp: 1700000000,
          },
        },
      ],
    },
  ],
})
await check('noise handshake completes', async () => {
  await a.connect()
  await a.wait('connection.update', (u) => u.qr)
  assert(sim.stats.handshakes >= 1)
})
await check('qr emitted', () => {
  assert(a.qrs === 1 && a.lastQr.startsWith('https://wa.me/settings/linked_devices#2@'))
})
await check('pair-success with a wrong HMAC is refused by the client, no device registered', async () => {
  const x = await mk('x3', { autoReconnect: false }).connect()
  await x.wait('connection.update', (u) => u.qr)
  const f = x.lastQr.split(',')
  f[3] = Buffer.alloc(32).toString('base64')
  const e = await admin('scan-qr', { qr: f.join(','), phone: '15559990000' }).catch((e) => e)
  assert(e instanceof Error && /409/.test(e.message), String(e))
  assert(sim.store.byPn.get('15559990000').companions.length === 0)
})
await check('paired (pair-success accepted, device signature verified)', async () => {
  const r = await admin('scan-qr', { qr: a.lastQr, phone: PA, name: 'Alice' })
  assert(r.jid === PA + ':1@s.whatsapp.net')
  await a.wait('connection.update', (u) => u.isNewLogin)
})
await check('stream:error 515 -> reconnect', async () => {
  await a.wait('connection.update', (u) => u.connection === 'close')
  assert(a.closes[0] === 515, a.closes)
})
await check('open after reconnect, me/lid set', async () => {
  await a.open()
  assert(a.sock.user.lid?.endsWith('@lid'), JSON.stringify(a.sock.user))
})
await check('second account pairs (bob)', async () => {
  b.onQr = (qr) => admin('scan-qr', { qr, phone: PB, name: 'Bob' }).catch((e) => print(e))
  await b.connect()
  await b.open()
})
await check('history sync (inline bootstrap) delivered', async () => {
  const h = await b.wait(
    'messaging-history.set',
    (h) => h.messages?.some((m) => m.message?.conversation === 'from history') && h,
  )
  return `${h.chats.length} chat(s)`
})
await check('pre-keys uploaded, app-state key received', async () => {
  const d = sim.store.device(PA + ':1@s.whatsapp.net')
  for (let i = 0; i < 100 && !a.creds.myAppStateKeyId; i++) await sleep(50)
  assert(d.prekeys.length > 700 && a.creds.myAppStateKeyId)
  return `${d.prekeys.length} one-time keys on server`
})

await check('push name arrives through app state (critical_block patch)', async () => {
  for (let i = 0; i < 60 && a.creds.me.name !== 'Alice'; i++) await sleep(50)
  assert(a.creds.me.name === 'Alice', a.creds.me.name)
})
