// POST webhook/set and GET webhook/find against the running daemon: what counts from when, and what a crash leaves. The generator
// (tests/plugins/fixtures) is the network: a send.message is in the log before its 201, so every test knows what happened before what.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

let contract, gateway, sink
before(async () => {
  contract = await Contract.load()
  gateway = await new Gateway({ config: '  generator: {}\n' }).start()
  sink = await new Sink(gateway.webhookSecret).up()
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

/** An open instance that says nothing by itself. */
async function opened(name, webhook) {
  const body = { instanceName: name, integration: 'GENERATOR', generator: { rate: 0.001, total: 1 }, ...(webhook ? { webhook } : {}) }
  const created = await gateway.call('POST', '/instance/create', { body })
  assert.equal(created.status, 201, created.text)
  await gateway.call('GET', `/${name}/instance/connect`)
  await open(name)
  return created.json
}
const open = (name) => until(`${name} to be open`, async () => (await gateway.state(name)) === 'open')
/** Resolves once the event of this message is durable. */
async function say(name, text) {
  const answer = await gateway.call('POST', `/${name}/message/sendText`, { body: { number: '15550000002', text } })
  assert.equal(answer.status, 201, answer.text)
}
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

test('a new url gets the backlog of the old one', async () => {
  const dead = await new Sink(gateway.webhookSecret).up()
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

test('what cannot work is refused with a sentence, and changes nothing', async () => {
  await opened('strict', { url: sink.url })
  const before = await find('strict')
  for (const webhook of [
    {},
    { url: 'ftp://example.test' },
    { url: sink.url, events: ['NOPE'] },
    { url: sink.url, base64: true },
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
