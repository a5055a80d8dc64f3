// What an account does by itself: it counts at once, and after a restart, as WhatsApp and other people see it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post, trustRoot } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15556000001',
  BOB = '15556000002'
const jid = (phone) => `${phone}@s.whatsapp.net`
const OFF = { rejectCall: false, msgCall: '', groupsIgnore: false, alwaysOnline: false, readMessages: false, readStatus: false, syncFullHistory: false }

let sim, gateway, bob, sink, group
const admin = (action, body) => post(sim.adminUrl, action, body)

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  sink = await new Sink(gateway).up()
  bob = await pairedPeer(sim, 'Bob', BOB)
  await pair(gateway, sim, await created(gateway, 'us', US, sink.url))
  group = await bob.sock.groupCreate('Ours', [jid(US)])
  await sink.wait('groups.upsert', ({ data }) => data[0].id === group.id)
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

async function set(settings, path = '/us/settings/set') {
  const answer = await gateway.call('POST', path, { body: { ...OFF, ...settings } })
  assert.equal(answer.status, 201, answer.text)
  const wanted = { ...OFF, wavoipToken: '', ...settings }
  assert.deepEqual(answer.json, { settings: { instanceName: 'us', settings: wanted } })
  assert.deepEqual((await gateway.call('GET', '/settings/find/us')).json, wanted)
  // They reach the bridge before every command that comes after them.
  assert.equal((await gateway.call('GET', '/us/chat/fetchPrivacySettings')).status, 200)
}
const call = async () => (await admin('phone/call', { phone: BOB, to: US })).id
const rejected = (id) => sim.calls.rejected.find((one) => one.id === id)
/** Bob writes, and it arrives: whatever was to come before has come. */
let marks = 0
async function mark() {
  const text = `mark ${++marks}`
  const { key } = await bob.sock.sendMessage(jid(US), { text })
  await sink.wait('messages.upsert', (event) => textOf(event) === text)
  return key.id
}
const online = () => sim.account(US).presence === 'available'
const readOf = async (id) =>
  (await admin('phone/inbox', { phone: BOB })).some(({ receipt }) => receipt?.type === 'read' && receipt.ids.includes(id))

test('a call rings; then it is refused, and the caller is written to', { timeout: 60_000 }, async () => {
  const rings = await call()
  await sink.wait('call', ({ data }) => data.id === rings && data.status === 'offer')
  await mark()
  assert.equal(rejected(rings), undefined)

  await set({ rejectCall: true, msgCall: 'Please write' })
  const refused = await call()
  await until('the call to be refused', () => rejected(refused))
  assert.equal(rejected(refused).by, US)
  assert.equal((await bob.text('Please write')).key.fromMe, false)
  await sink.wait('messages.upsert', (event) => textOf(event) === 'Please write' && event.data.key.fromMe)

  await set({}, '/v2/settings/set/us')
  const again = await call()
  await sink.wait('call', ({ data }) => data.id === again)
  await mark()
  assert.equal(rejected(again), undefined)
})

test('what happens in groups is told, or not', { timeout: 60_000 }, async () => {
  const inGroup = async (text) => bob.sock.sendMessage(group.id, { text })
  await set({ groupsIgnore: true })
  await inGroup('unheard')
  await bob.sock.groupUpdateSubject(group.id, 'Unheard of')
  await mark()
  await set({})
  await inGroup('heard')
  await sink.wait('messages.upsert', (event) => textOf(event) === 'heard')
  const texts = sink.of('messages.upsert').map(textOf)
  assert.ok(!texts.includes('unheard'))
  assert.ok(!sink.of('groups.update').some(({ data }) => data[0].subject === 'Unheard of'))
})

test('the account is shown as online while that is chosen, on each new link, and no longer', { timeout: 60_000 }, async () => {
  await set({ alwaysOnline: true })
  await until('us to be online', online)
  sim.account(US).presence = 'unavailable'
  await admin('drop', { jid: `${US}:1@s.whatsapp.net` })
  await until('us to be online on the next link', online)
  await set({})
  await until('us to be offline', () => !online())
})

test('who writes is told that it was read, if that is chosen', { timeout: 60_000 }, async () => {
  const before = await mark()
  await set({ readMessages: true })
  const after = await mark()
  await until('it to be read', () => readOf(after))
  assert.equal(await readOf(before), false)
})

test('all of it is kept over a restart, and over the end of a bridge', { timeout: 60_000 }, async () => {
  await set({ rejectCall: true, readMessages: true })
  const counts = async () => {
    await until('us to be open', async () => (await gateway.state('us')) === 'open' && sim.store.device(`${US}:1@s.whatsapp.net`)?.online)
    const id = await call()
    await until('the call to be refused', () => rejected(id))
    const read = await mark()
    await until('it to be read', () => readOf(read))
  }
  process.kill(gateway.bridges()[0], 'SIGKILL')
  await until('the link to be gone', () => !sim.store.device(`${US}:1@s.whatsapp.net`)?.online)
  await counts()
  await gateway.stop()
  await gateway.start()
  await counts()
  const { json } = await gateway.call('GET', '/v2/instance/fetchInstances?instanceName=us')
  assert.deepEqual([json[0].Setting.rejectCall, json[0].Setting.readMessages, json[0].Setting.groupsIgnore], [true, true, false])
})

test('an instance may be created with them', async () => {
  const create = (instanceName, baileys) => gateway.call('POST', '/instance/create', { body: { instanceName, baileys } })
  assert.equal((await create('born-so', { alwaysOnline: true })).status, 201)
  const { json } = await gateway.call('GET', '/born-so/settings/find')
  assert.deepEqual(json, { ...OFF, wavoipToken: '', alwaysOnline: true })
  assert.match((await create('born-wrong', { alwaysOnline: 'yes' })).text, /baileys.alwaysOnline/)
})

test('what the account cannot do is refused by its name, and nothing is changed', async () => {
  const before = (await gateway.call('GET', '/us/settings/find')).json
  for (const [more, why] of [
    [{ readStatus: true }, /readStatus: statuses cannot be followed yet/],
    [{ syncFullHistory: true }, /syncFullHistory: the whole history cannot be fetched yet/],
    [{ wavoipToken: 'x' }, /wavoipToken: the gateway makes no calls/],
  ]) {
    const answer = await gateway.call('POST', '/us/settings/set', { body: { ...OFF, ...more } })
    assert.equal(answer.status, 400)
    assert.match(answer.text, why)
  }
  assert.deepEqual((await gateway.call('GET', '/us/settings/find')).json, before)
})

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(sim.violations, [])
  assert.deepEqual(sim.unknowns, [])
  assert.ok(!gateway.output.includes('colibri: bug'))
})
