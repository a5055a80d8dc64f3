// One-shot proof: simulator + real Baileys clients. Prints PASS/FAIL per step, exit code = #failures.
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { selfSigned } from './src/media.mjs'

// media downloads go through global fetch(): node must trust our TLS cert from process start
const tls = selfSigned(join(tmpdir(), 'wasim-tls'))
if (process.env.NODE_EXTRA_CA_CERTS !== tls.certPath)
  process.exit(
    spawnSync(process.execPath, process.argv.slice(1), {
      stdio: 'inherit',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.certPath },
    }).status,
  )

const { Sim } = await import('./src/server.mjs')
const { Client, trustRoot, untrustRoot, post, sleep } = await import('./client.mjs')
const { binaryNodeToString, hush, print } = await import('./src/b.mjs')
hush()
const { downloadMediaMessage } = await import('baileys')
const verbose = process.argv.includes('-v')
const trace =
  process.argv.includes('--trace') &&
  ((d, who, node) => process.stderr.write(`${d} ${who} ${binaryNodeToString(node)}\n`))

let failed = 0,
  passed = 0
const check = async (name, f) => {
  const t0 = Date.now()
  try {
    const note = await f()
    passed++
    print(`PASS  ${name}  (${Date.now() - t0} ms)${typeof note === 'string' ? '  ' + note : ''}`)
  } catch (e) {
    failed++
    print(`FAIL  ${name}  ${verbose ? e.stack : e.message}`)
  }
}
const assert = (c, m) => {
  if (!c) throw new Error(m ?? 'assertion failed')
}

const root = mkdtempSync(join(tmpdir(), 'wasim-checks-'))
const sim = await new Sim({ tls, verbose, trace }).start()
const admin = (p, b) => post(sim.adminUrl, p, b)
const mk = (name, o = {}) =>
  new Client(name, { url: sim.url, dir: join(root, name), level: process.env.LOG ?? 'silent', ...o })
const PA = '15551110001',
  PB = '15551110002',
  PC = '15551110003'

// --- handshake / trust ---------------------------------------------------------
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
const a = mk('alice'),
  b = mk('bob'),
  c = mk('carol')

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

// --- 1:1 ---------------------------------------------------------------------------
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

// --- groups -----------------------------------------------------------------------------
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

// --- media ---------------------------------------------------------------------------------
await check('media: document A->B uploaded, downloaded, decrypted', async () => {
  const data = Buffer.alloc(300_000, 'x')
  await a.sock.sendMessage(b.jid, { document: data, mimetype: 'application/octet-stream', fileName: 'x.bin' })
  const m = await b.wait('messages.upsert', (u) =>
    u.messages.find((m) => m.message?.documentMessage || m.message?.documentWithCaptionMessage),
  )
  const got = await downloadMediaMessage(m, 'buffer', {}, {})
  assert(got.equals(data))
  return `uploads=${sim.media.uploads} downloads=${sim.media.downloads}`
})

// --- app state -------------------------------------------------------------------------------
const a2 = mk('alice2')
await check('second companion of same account: own-device fan-out', async () => {
  a2.onQr = (qr) => admin('scan-qr', { qr, phone: PA }).catch(() => {})
  await a2.connect()
  await a2.open()
  await sleep(300)
  await a.sock.sendMessage(b.jid, { text: 'seen by my other device' })
  await a2.wait('messages.upsert', (u) =>
    u.messages.some(
      (m) =>
        m.message?.conversation === 'seen by my other device' ||
        m.message?.extendedTextMessage?.text === 'seen by my other device',
    ),
  )
})
await check('signed pre-key rotation', async () => {
  const d = sim.store.device(PA + ':1@s.whatsapp.net'),
    old = d.skey
  await a.sock.rotateSignedPreKey()
  assert(!old.value.equals(d.skey.value))
})
await check('app-state patch (pin chat) syncs to second companion', async () => {
  await a.sock.chatModify({ pin: true }, b.jid)
  await a2.wait('chats.update', (cs) => cs.some((x) => x.pinned))
  const { mutationMap } = await sim.phone(sim.account(PA)).replay('regular_low') // every MAC and the LT-hash check out
  assert(Object.keys(mutationMap).some((k) => k.includes('pin_v1')))
})

// --- resilience ---------------------------------------------------------------------------------
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
  Object.assign(b, { sock: b2.sock })
  globalThis.b2 = b2
})
const bb = globalThis.b2 ?? b
await check('dirty bits answered with clean', () =>
  assert(sim.counters.get('iq set urn:xmpp:whatsapp:dirty clean') >= 1),
)
await check('server drops TCP -> client reconnects', async () => {
  const m = bb.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await bb.open(10000, m)
  return 'close code ' + bb.closes.at(-1)
})
await check('server restart -> both reconnect and talk', async () => {
  const ma = a.mark(),
    mb = bb.mark()
  await admin('restart', { downMs: 700 }).catch(() => {})
  await Promise.all([a.open(15000, ma), bb.open(15000, mb)])
  await a.sock.sendMessage(PB + '@s.whatsapp.net', { text: 'after restart' })
  await bb.text('after restart')
})
await check('503 on upgrade, then recovery', async () => {
  await admin('faults', { http: 503 })
  const m = bb.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await bb.wait(
    'connection.update',
    (u) => u.connection === 'close' && u.lastDisconnect?.error?.output?.statusCode === 503,
    10000,
    m,
  )
  const m2 = bb.mark()
  await admin('faults', { http: 0 })
  await bb.open(10000, m2)
})
await check('stream:error 503, then recovery', async () => {
  const m = bb.mark()
  await admin('stream-error', { jid: PB + ':1@s.whatsapp.net', code: 503 })
  await bb.wait('connection.update', (u) => u.lastDisconnect?.error?.output?.statusCode === 503, 5000, m)
  await bb.open(10000, m)
})
await check('failure 503 at login, then recovery', async () => {
  await admin('faults', { failure: 503 })
  const m = bb.mark()
  await admin('drop', { jid: PB + ':1@s.whatsapp.net' })
  await bb.wait('connection.update', (u) => u.lastDisconnect?.error?.output?.statusCode === 503, 10000, m)
  const m2 = bb.mark()
  await admin('faults', { failure: 0 })
  await bb.open(10000, m2)
})
await check('same device twice -> old socket replaced (440)', async () => {
  bb.autoReconnect = false
  const twin = mk('twin')
  twin.dir = bb.dir
  const m = bb.mark()
  await twin.connect()
  await twin.open()
  await bb.wait(
    'connection.update',
    (u) => u.connection === 'close' && u.lastDisconnect.error.output.statusCode === 440,
    5000,
    m,
  )
  globalThis.b3 = twin
})

// --- pairing code -----------------------------------------------------------------------------------
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

// --- logout ----------------------------------------------------------------------------------------------
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
  const acc = bb.creds.account ?? globalThis.b3.creds.account,
    live = globalThis.b3 ?? bb
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

if (process.argv.includes('--counters'))
  for (const [k, v] of [...sim.counters].sort()) print(`  ${String(v).padStart(4)}  ${k}`)
print(`\n${passed} passed, ${failed} failed`)
for (const x of [a, a2, bb, globalThis.b3, c]) await x?.stop().catch(() => {})
await sim.stop()
rmSync(root, { recursive: true, force: true })
process.exit(failed)
