// Everything that can happen to a connection.
import { PB, admin, assert, cast, check, mk, sim } from './world.mjs'

const { a, b } = cast

await check('persisted auth reconnects with no new QR', async () => {
  const q = b.qrs
  await b.stop()
  await a.sock.sendMessage(PB + '@s.whatsapp.net', { text: 'while you were away' })
  const b2 = mk('bob')
  b2.dir = b.dir
  await b2.connect()
  await b2.open()
  await b2.text('while you were away') // stored and forwarded with offline=
  assert(b2.qrs === 0 && q === 1)
  cast.b = b2
})
await check('dirty bits answered with clean', () =>
  assert(sim.counters.get('iq set urn:xmpp:whatsapp:dirty clean') >= 1),
)
await check('server drops TCP -> client reconnects', async () => {
  const m = cast.b.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await cast.b.open(10000, m)
  return 'close code ' + cast.b.closes.at(-1)
})
await check('server restart -> both reconnect and talk', async () => {
  const ma = a.mark(),
    mb = cast.b.mark()
  await admin('restart', { downMs: 700 }).catch(() => {})
  await Promise.all([a.open(15000, ma), cast.b.open(15000, mb)])
  await a.sock.sendMessage(PB + '@s.whatsapp.net', { text: 'after restart' })
  await cast.b.text('after restart')
})
await check('503 on upgrade, then recovery', async () => {
  await admin('faults', { http: 503 })
  const m = cast.b.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await cast.b.wait(
    'connection.update',
    (u) => u.connection === 'close' && u.lastDisconnect?.error?.output?.statusCode === 503,
    10000,
    m,
  )
  const m2 = cast.b.mark()
  await admin('faults', { http: 0 })
  await cast.b.open(10000, m2)
})
await check('stream:error 503, then recovery', async () => {
  const m = cast.b.mark()
  await admin('stream-error', { jid: PB + ':1@s.whatsapp.net', code: 503 })
  await cast.b.wait('connection.update', (u) => u.lastDisconnect?.error?.output?.statusCode === 503, 5000, m)
  await cast.b.open(10000, m)
})
await check('failure 503 at login, then recovery', async () => {
  await admin('faults', { failure: 503 })
  const m = cast.b.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await cast.b.wait('connection.update', (u) => u.lastDisconnect?.error?.output?.statusCode === 503, 10000, m)
  const m2 = cast.b.mark()
  await admin('faults', { failure: 0 })
  await cast.b.open(10000, m2)
})
await check('same device twice -> old socket replaced (440)', async () => {
  cast.b.autoReconnect = false
  const twin = mk('twin')
  twin.dir = cast.b.dir
  const m = cast.b.mark()
  await twin.connect()
  await twin.open()
  await cast.b.wait(
    'connection.update',
    (u) => u.connection === 'close' && u.lastDisconnect.error.output.statusCode === 440,
    5000,
    m,
  )
  cast.b = twin
})
