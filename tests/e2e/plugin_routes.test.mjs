// Routes that a plugin brings, over the real listener: the SDK's example `signed-inbox`, whose senders have no key.
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { until } from './lib/wait.mjs'

const SECRET = 'a-secret-of-both-of-us'
const sign = (bytes) => 'sha256=' + createHmac('sha256', SECRET).update(bytes).digest('hex')
const TRUSTED = 'server: { port: 0, trusted_proxies: ["127.0.0.1"], body_memory_bytes: 16777216 }'

let gateway
before(async () => {
  gateway = new Gateway()
  // An instance that had the name before a plugin's routes began with it.
  await gateway.start()
  await created('inbox')
  assert.equal((await gateway.stop()).code, 0)
  const config = readFileSync(gateway.configFile, 'utf8').replace(/^server: .*$/m, TRUSTED)
  writeFileSync(gateway.configFile, config + '  signed-inbox: {}\n')
  await gateway.start()
  const more = { 'signed-inbox': { secret: SECRET } }
  const made = await gateway.call('POST', '/instance/create', { body: { instanceName: 'shop', ...more } })
  assert.equal(made.status, 201, made.text)
})
after(async () => {
  await gateway?.remove()
})
const created = async (instanceName) => {
  const made = await gateway.call('POST', '/instance/create', { body: { instanceName } })
  assert.equal(made.status, 201, made.text)
}
/** What a service sends, from an address of its own. */
const send = (bytes, { to = '/signed-inbox/receive/shop', from = '198.51.100.7', signature = sign(bytes) } = {}) =>
  fetch(gateway.url + to, { method: 'POST', body: bytes, duplex: 'half', headers: { 'x-hub-signature-256': signature, 'x-forwarded-for': from } })

test('bytes that are signed reach the plugin as they are, and its answer is of its own type', async () => {
  for (const prefix of ['', '/v2']) {
    const answer = await send(Buffer.concat([Buffer.from([0, 0xff, 0x0a]), randomBytes(100_000)]), { to: `${prefix}/signed-inbox/receive/shop` })
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), 'ok')
    assert.equal(answer.headers.get('content-type'), 'text/plain')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
  }
})

test('a stranger is told one thing, whatever is wrong and whichever instances there are', async () => {
  const seen = new Set()
  for (const request of [{ signature: 'sha256=0' }, { signature: '' }, { to: '/signed-inbox/receive/nobody' }, { to: '/signed-inbox/receive/inbox' }]) {
    const answer = await send('{"a":1}', request)
    seen.add(`${answer.status} ${await answer.text()}`)
  }
  assert.deepEqual([...seen], ['401 {"status":401,"error":"Unauthorized","response":{"message":["the signature is not right"]}}'])
})

test('a root path that a row claims is served, and its query is checked', async () => {
  const challenge = await fetch(`${gateway.url}/inbox/challenge?challenge=42&other=1`)
  assert.equal(challenge.status, 200)
  assert.equal(await challenge.text(), '42')
  assert.equal((await fetch(`${gateway.url}/inbox/challenge?challenge=${'x'.repeat(129)}`)).status, 400)
  assert.equal((await fetch(`${gateway.url}/inbox/challenge`, { method: 'POST' })).status, 401, 'of that router there is no such route')
})

test('no instance gets a name that routes begin with, and one that had it goes on with a warning', async () => {
  for (const instanceName of ['signed-inbox', 'Inbox']) {
    const made = await gateway.call('POST', '/instance/create', { body: { instanceName } })
    assert.equal(made.status, 400, made.text)
    assert.match(made.text, /is reserved/)
  }
  assert.match(gateway.output, /an instance has a name that routes begin with by now.*instance=inbox/)
  assert.equal((await gateway.call('GET', '/inbox/instance/connectionState')).status, 200)
})

test('a body over the limit is 413, by its announcement alone', async () => {
  const answer = await send(Buffer.alloc(2 ** 20 + 1))
  assert.equal(answer.status, 413)
  assert.match(await answer.text(), /Request body is too large/)
})

test('one address holds only its part of the memory, and the others are served', async () => {
  // A sixteenth of 16 MB: what has come of a body holds it, though the rest is on its way.
  let end
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.alloc(600_000))
      end = () => controller.close()
    },
  })
  const held = send(stream, { from: '198.51.100.1', signature: 'none' })
  await until('it to be held', async () => {
    const { text } = await gateway.call('GET', '/metrics')
    return Number(text.match(/^colibri_http_bodies_held_bytes (\d+)/m)[1]) === 600_000
  })
  const refused = await send(Buffer.alloc(600_000), { from: '198.51.100.1' })
  assert.equal(refused.status, 429)
  assert.match(await refused.text(), /Too many request bodies at once without a key from this address \(1048576 bytes/)
  assert.equal((await send(Buffer.alloc(600_000), { from: '198.51.100.2' })).status, 200)
  end()
  assert.equal((await held).status, 401)
})
