// Pairing by code, the ways to be logged out, and the account of the whole run.
import { post, sleep } from '../client.mjs'
import { PA, PC, admin, assert, cast, check, mk, sim } from './world.mjs'

const { a, c } = cast

await check('pairing by 8-character code', async () => {
  await c.connect()
  await c.wait('connection.update', (u) => u.qr)
  const code = await c.sock.requestPairingCode(PC)
  await sleep(100)
  const wrong = await post(sim.adminUrl, 'enter-code', { phone: '10000000000', code }).catch((e) => e)
  assert(wrong instanceof Error)
  const r = await admin('enter-code', { phone: PC, code })
  await c.open()
  return `${code} -> ${r.jid}`
})

await check('logout from the companion', async () => {
  await c.sock.logout()
  await sleep(200)
  assert(c.closes.at(-1) === 401)
  assert(!sim.store.device(PC + ':1@s.whatsapp.net'))
})
await check('removed by the phone (stream:error 401 device_removed)', async () => {
  const m = a.mark()
  await admin('remove-device', { jid: PA + ':1@s.whatsapp.net' })
  const u = await a.wait('connection.update', (u) => u.connection === 'close' && u, 5000, m)
  assert(u.lastDisconnect.error.output.statusCode === 401)
})
await check('stale credentials are refused (failure 401)', async () => {
  const z = mk('alice-stale')
  z.dir = a.dir
  await z.connect()
  const u = await z.wait('connection.update', (u) => u.connection === 'close' && u, 5000)
  assert(u.lastDisconnect.error.output.statusCode === 401)
})
await check('no stanza went unanswered', () => {
  assert(sim.unknowns.length === 0, sim.unknowns.join('\n'))
})

await check('the violation check itself bites (forged account signature on a pkmsg)', async () => {
  const live = cast.b,
    acc = live.creds.account
  live.creds.account = { ...acc, accountSignature: Buffer.alloc(64, 1) }
  await live.sock.sendMessage(PA + '@s.whatsapp.net', { text: 'forged' })
  await sleep(200)
  live.creds.account = acc
  assert(sim.violations.length && sim.violations.every((v) => /account signature/.test(v)), sim.violations.join('\n'))
  sim.violations.length = 0
})
await check('no protocol violation: every phone copy decrypted, device identities and signed pre-keys verified', () => {
  assert(sim.violations.length === 0, sim.violations.join('\n'))
})
