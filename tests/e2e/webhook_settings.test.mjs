// POST webhook/set and GET webhook/find against the running daemon: what counts from when, and what a crash leaves. The generator
// (tests/plugins/fixtures) is the network: a send.message is in the log before its 201, so every test knows what happened before what.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import * as spoken from './lib/spoken.mjs'
import { until } from './lib/wait.mjs'

let contract, gateway, sink
before(async () => {
  contract = await Contract.load()
  gateway = await new Gateway({ config: '  generator: {}\n' }).start()
  sink = await new Sink(gateway).up()
})
after(async () => {
  await gateway?.remove()
  await sink?.down()
})

async function ask(status, method, path, options) {
  const answer = await gateway.call(method, path, options)
  contract.check(contract.find(method, path), answer)
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
  return answer.json
}
const set = (name, body, status = 201) => ask(status, 'POST', `/${name}/webhook/set`, { body })
const setV2 = (name, body, status = 201) => ask(status, 'POST', `/webhook/set/${name}`, { body })
const find = async (name) => (await ask(200, 'GET', `/${name}/webhook/find`)).webhook

const opened = (name, webhook) => spoken.opened(gateway, name, webhook ? { webhook } : {})
const open = (name) => spoken.open(gateway, name)
const say = (name, text) => spoken.say(gateway, name, text)
/** The messages of an instance at a sink, repeats left out, once `last` is among them. */
async function heard(at, name, last) {
  await at.wait('send.message', (event) => event.instance === name && textOf(event) === last)
  return [...new Set(at.of('send.message').filter((event) => event.instance === name).map(textOf))]
}

test('an instance without settings gets them: what happens after counts, what was before does not', async () => {
  const { instance } = await opened('late')
  assert.equal(await find('late'), null)
  assert.equal(await ask(200, 'GET', '/webhook/find/late'), null)
  await say('late', 'before')
  const answer = await set('late', { webhook: { url: sink.url, events: ['SEND_MESSAGE', 'GROUPS_UPDATE'] } })
  await say('late', 'after')
  assert.deepEqual(await heard(sink, 'late', 'after'), ['after'])
  assert.equal(answer.instance, 'late')
  assert.deepEqual(await find('late'), answer.webhook)
  const row = await ask(200, 'GET', '/webhook/find/late')
  assert.equal(row.url, sink.url)
  assert.equal(row.instanceId, instance.instanceId)
  assert.ok(Date.parse(row.createdAt) <= Date.parse(row.updatedAt))
})

test('kill -9 right after the 201 keeps the settings and from where they count', async () => {
  await opened('killed')
  await say('killed', 'before')
  await setV2('killed', { webhook: { enabled: true, url: sink.url, webhookByEvents: false, events: [] } })
  await gateway.kill9()
  await gateway.start()
  await open('killed')
  assert.equal((await find('killed')).url, sink.url)
  await say('killed', 'after')
  assert.deepEqual(await heard(sink, 'killed', 'after'), ['after'])
})

test('disabled settings stay to be seen, their events are gone; enabling starts at that moment', async () => {
  await opened('paused', { url: sink.url })
  await say('paused', 'one')
  await heard(sink, 'paused', 'one')
  await set('paused', { enabled: false, url: sink.url })
  assert.equal((await find('paused')).enabled, false)
  await say('paused', 'two')
  await gateway.kill9()
  await gateway.start()
  await open('paused')
  await say('paused', 'three')
  await set('paused', { url: sink.url })
  await say('paused', 'four')
  assert.deepEqual(await heard(sink, 'paused', 'four'), ['one', 'four'])
})

test('a v2 client who names a part leaves the rest as it is, and no events are all of them by name', async () => {
  await opened('upserted')
  const row = await setV2('upserted', { webhook: { enabled: true, url: sink.url, events: [], headers: { 'x-shop': 'a' } } })
  assert.equal(row.events.length, 31)
  assert.deepEqual([row.events[0], row.events[20], row.events[30]], ['APPLICATION_STARTUP', 'GROUP_UPDATE', 'LOGOUT_INSTANCE'])
  const off = await setV2('upserted', { webhook: { enabled: false } })
  assert.deepEqual([off.enabled, off.url, off.headers, off.events], [false, sink.url, { 'x-shop': 'a' }, []])
  await say('upserted', 'while it is off')
  const on = await setV2('upserted', { webhook: { enabled: true } })
  assert.deepEqual({ ...on, updatedAt: 0 }, { ...row, updatedAt: 0 })
  assert.deepEqual(await ask(200, 'GET', '/webhook/find/upserted'), on)
  await say('upserted', 'while it is on')
  assert.deepEqual(await heard(sink, 'upserted', 'while it is on'), ['while it is on'])
  await set('upserted', { url: sink.url, events: [] })
  assert.deepEqual((await find('upserted')).events, [], 'natively none is all')
  assert.deepEqual((await find('upserted')).headers, {}, 'natively all is replaced')
  assert.equal((await ask(200, 'GET', '/webhook/find/upserted')).events.length, 31)
})

test('what the n8n node says for no url is shown back and never called', async () => {
  await opened('flow')
  const node = (enabled, url) => ({ webhook: { enabled, url, webhookByEvents: false, webhookBase64: false, events: [] } })
  const lanes = async () => (await ask(200, 'GET', '/flow/deliveries/lanes')).lanes.filter((one) => one.lane === 'webhook/events')
  for (const enabled of [false, true]) {
    const row = await setV2('flow', node(enabled, 'vazio'))
    assert.deepEqual([row.url, row.enabled], ['vazio', enabled])
    assert.deepEqual(await ask(200, 'GET', '/webhook/find/flow'), row)
    assert.equal((await find('flow')).enabled, false, 'natively it is what it comes to')
    await say('flow', `lost ${enabled}`)
    assert.deepEqual(await lanes(), [])
  }
  await setV2('flow', node(true, sink.url))
  await say('flow', 'heard')
  assert.deepEqual(await heard(sink, 'flow', 'heard'), ['heard'])
  await set('flow', { url: 'vazio' }, 400)
  await set('flow', { enabled: false, url: 'vazio' }, 400)
})

test('a new url gets the backlog of the old one', async () => {
  const dead = await new Sink(gateway).up()
  try {
    let asked = 0
    dead.answer = () => (asked++, 503)
    await opened('moved', { url: dead.url })
    for (const text of ['one', 'two', 'three']) await say('moved', text)
    await until('the old url to be tried', () => asked > 0)
    await set('moved', { url: sink.url })
    assert.deepEqual(await heard(sink, 'moved', 'three'), ['one', 'two', 'three'])
  } finally {
    await dead.down()
  }
})

test("a tenant's event does not verify at another tenant's receiver", async () => {
  await opened('alice', { url: sink.url, events: ['SEND_MESSAGE'] })
  await opened('bob', { url: sink.url, events: ['SEND_MESSAGE'] })
  await say('alice', 'hello')
  await heard(sink, 'alice', 'hello')
  const [alice, bob] = [await find('alice'), await find('bob')]
  assert.match(alice.signingSecret, /^whsec_/)
  assert.equal(new Set([alice.signingSecret, bob.signingSecret, gateway.webhookSecret]).size, 3)
  assert.deepEqual([alice.warning, bob.warning], [undefined, undefined])
  const strangers = await new Sink(bob.signingSecret).up()
  try {
    await set('alice', { url: strangers.url, events: ['SEND_MESSAGE'] })
    await say('alice', 'I am Bob')
    await until('an attempt at the wrong receiver', () => strangers.unverified.length > 0)
    assert.deepEqual(strangers.received, [])
  } finally {
    await strangers.down()
  }
})

test('the secret is never shown, is kept by whoever does not name it, and signs', async () => {
  const secret = 'whsec_' + Buffer.alloc(32, 7).toString('base64')
  const own = await new Sink(secret).up()
  try {
    await opened('signed')
    assert.equal((await set('signed', { webhook: { url: own.url, secret } })).webhook.hasSecret, true)
    const row = await setV2('signed', { url: own.url, webhook_by_events: false })
    for (const shown of [row, await find('signed')]) assert.ok(!JSON.stringify(shown).includes(secret.slice(6)))
    await say('signed', 'hello')
    await heard(own, 'signed', 'hello')
    assert.equal((await set('signed', { webhook: { url: own.url, secret: null } })).webhook.hasSecret, false)
  } finally {
    await own.down()
  }
})

test('while receivers change to a new secret both signatures are there, and none of them refuses anything', async () => {
  const [before, after] = [7, 8].map((byte) => 'whsec_' + Buffer.alloc(32, byte).toString('base64'))
  const [old, fresh] = [await new Sink(before).up(), await new Sink(after).up()]
  try {
    await opened('rotated', { url: old.url, secret: before })
    await say('rotated', 'one')
    const { webhook } = await set('rotated', { url: old.url, secret: after })
    const hours = (webhook.previousSecretUntil - Date.now() / 1000) / 3600
    assert.ok(hours > 23.9 && hours <= 24, `in force for ${hours} h`)
    await say('rotated', 'two')
    assert.deepEqual(await heard(old, 'rotated', 'two'), ['one', 'two'])
    await set('rotated', { url: fresh.url })
    await say('rotated', 'three')
    await heard(fresh, 'rotated', 'three')
    assert.deepEqual([old.unverified, fresh.unverified], [[], []])
    assert.equal((await set('rotated', { url: fresh.url, previousSecret: null })).webhook.previousSecretUntil, undefined)
  } finally {
    await Promise.all([old.down(), fresh.down()])
  }
})

test('an Ed25519 key signs so that the public key that find shows is enough', async () => {
  const seed = Buffer.alloc(32, 9)
  const got = []
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) })
    response.end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    const url = `http://127.0.0.1:${server.address().port}/`
    await opened('asymmetric')
    const { webhook } = await set('asymmetric', { url, secret: `whsk_${seed.toString('base64')}`, events: ['SEND_MESSAGE'] })
    await say('asymmetric', 'hello')
    await until('the webhook', () => got.length > 0)
    const [{ headers, body }] = got
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(webhook.publicKey.slice(5), 'base64')])
    const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    const [version, signature] = headers['webhook-signature'].split(',')
    assert.equal(version, 'v1a')
    assert.ok(verify(null, content, createPublicKey({ key: spki, format: 'der', type: 'spki' }), Buffer.from(signature, 'base64')))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a global webhook hears every instance, besides their own webhooks', async () => {
  const everything = await new Sink('whsec_' + Buffer.alloc(32, 5).toString('base64')).up()
  let own
  const global = await new Gateway({
    config: '  generator: {}\n',
    env: {
      WEBHOOK_GLOBAL_ENABLED: 'true',
      WEBHOOK_GLOBAL_URL: everything.url,
      WEBHOOK_EVENTS_SEND_MESSAGE: 'true',
      WEBHOOK_EVENTS_CALL: 'false',
      WEBHOOK_SIGNATURE_SECRET: 'whsec_' + Buffer.alloc(32, 5).toString('base64'),
    },
  }).start()
  const local = gateway
  gateway = global
  try {
    await opened('first')
    own = await new Sink(global).up()
    await opened('second', { url: own.url, events: ['CONNECTION_UPDATE'] })
    for (const name of ['first', 'second']) await say(name, 'hello')
    for (const name of ['first', 'second']) await heard(everything, name, 'hello')
    await own.wait('connection.update')
    const kinds = (sink) => [...new Set(sink.received.map((event) => `${event.instance} ${event.event}`))].sort()
    assert.deepEqual(kinds(everything), ['first send.message', 'second send.message'])
    assert.deepEqual(kinds(own), ['second connection.update'])
    assert.deepEqual([everything.unverified, own.unverified], [[], []])
  } finally {
    gateway = local
    await global.remove()
    await everything.down()
    await own?.down()
  }
})

test('what cannot work is refused with a sentence, and changes nothing', async () => {
  await opened('strict', { url: sink.url })
  const before = await find('strict')
  for (const webhook of [
    {},
    { url: 'ftp://example.test' },
    { url: sink.url, events: ['NOPE'] },
    { url: sink.url, base64: 1 },
    { url: sink.url, secret: 'short' },
    { url: sink.url, colour: 'red' },
    { url: sink.url, headers: { host: 'x' } },
  ]) {
    await set('strict', { webhook }, 400)
    await setV2('strict', { webhook }, 400)
  }
  await set('strict', { webhook: { url: sink.url }, more: 1 }, 400)
  await ask(404, 'POST', '/nobody/webhook/set', { body: { url: sink.url } })
  await ask(401, 'GET', '/strict/webhook/find', { key: 'not-the-key-of-anything' })
  assert.deepEqual(await find('strict'), before)
})
