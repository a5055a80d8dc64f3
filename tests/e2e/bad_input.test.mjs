// Every route against what careless and hostile callers send. The daemon is real; nothing is connected to WhatsApp.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { until } from './lib/wait.mjs'

let contract, gateway, keyOfA, keyOfB, linkOfA
before(async () => {
  contract = await Contract.load()
  gateway = await new Gateway({ config: '  websocket: {}\n  rabbitmq: { uri: "amqp://127.0.0.1:1" }\n' }).start()
  keyOfA = (await create('a')).json.hash.apikey
  keyOfB = (await create('b')).json.hash.apikey
  linkOfA = (await gateway.call('POST', '/a/instance/linkPage')).json.url.split('/').pop()
})
after(() => gateway?.remove())

const create = (instanceName, more = {}) =>
  gateway.call('POST', '/instance/create', { body: { instanceName, ...more } })

/** Every route of an instance, in each of its forms. */
const eachPath = function* (name) {
  for (const { method, path, prefixes } of contract.operations) {
    if (!path.includes('{instance}')) continue
    for (const prefix of prefixes) if (prefix !== '/native') yield [method, prefix + path.replace('{instance}', name)]
  }
}
const isEnvelope = (answer, status) => {
  assert.equal(answer.status, status, answer.text)
  assert.equal(answer.json.status, status)
  assert.equal(typeof answer.json.error, 'string')
  assert.ok(Array.isArray(answer.json.response.message), answer.text)
  for (const line of answer.json.response.message) assert.equal(typeof line, 'string')
  return answer.json.response.message
}

describe('keys', () => {
  test("no key, a wrong key and another instance's key are 401, the same for known and unknown instances", async () => {
    for (const key of [null, 'wrong-key-wrong-key', keyOfB]) {
      const bodies = new Set()
      for (const name of ['a', 'unknown']) {
        for (const [method, path] of eachPath(name)) bodies.add((await refused(method, path, key)).text)
      }
      assert.equal(bodies.size, 1, [...bodies].join('\n'))
    }
    async function refused(method, path, key) {
      const answer = await gateway.call(method, path, { key })
      assert.deepEqual(isEnvelope(answer, 401), ['Unauthorized'], `${method} ${path}`)
      return answer
    }
  })
  test('create, plugins and metrics need the global key', async () => {
    for (const [method, path] of [
      ['POST', '/instance/create'],
      ['POST', '/v2/instance/create'],
      ['GET', '/plugins'],
      ['GET', '/metrics'],
    ]) {
      for (const key of [null, keyOfA, 'wrong-key-wrong-key'])
        isEnvelope(await gateway.call(method, path, { key, body: method === 'POST' ? {} : undefined }), 401)
    }
  })
  test("an instance's key sees its own instance only", async () => {
    const { json } = await gateway.call('GET', '/instance/fetchInstances', { key: keyOfA })
    assert.deepEqual(
      json.map((row) => row.instanceName),
      ['a'],
    )
    const other = await gateway.call('GET', '/instance/fetchInstances?instanceName=b', { key: keyOfA })
    assert.deepEqual(other.json, [])
  })
  test('?instanceName= acts on nobody else', async () => {
    const answer = await gateway.call('GET', '/a/instance/connectionState?instanceName=b', { key: keyOfA })
    assert.deepEqual(answer.json, { instance: 'a', state: 'close' })
    isEnvelope(await gateway.call('DELETE', '/b/instance/delete?instanceName=a', { key: keyOfA }), 401)
    isEnvelope(
      await gateway.call('POST', '/b/instance/setPresence', {
        key: keyOfA,
        body: { instanceName: 'a', presence: 'available' },
      }),
      401,
    )
  })
  test('the global key hears that an instance does not exist', async () => {
    for (const [method, path] of eachPath('unknown'))
      assert.deepEqual(
        isEnvelope(await gateway.call(method, path, { body: method === 'POST' ? {} : undefined }), 404),
        ['The "unknown" instance does not exist'],
      )
  })
})

describe('bodies', () => {
  test('malformed JSON is 400 with its place', async () => {
    for (const { method, path: template } of contract.operations.filter(({ body }) => body)) {
      const path = template.replace('{instance}', 'a').replace('{token}', linkOfA)
      for (const [body, place] of [
        ['{"a":', /line 1, column 6/],
        ['{\n "a" 1}', /line 2/],
        ['{} {}', /column 4/],
        ['not json', /column/],
        ['\u0000', /column/],
      ]) {
        const [message] = isEnvelope(await gateway.call(method, path, { body }), 400)
        assert.match(message, place, `${path} ${JSON.stringify(body)}`)
      }
      assert.deepEqual(isEnvelope(await gateway.call(method, path, { body: '[1]' }), 400), [
        'the body must be a JSON object',
      ])
      isEnvelope(await gateway.call(method, path, { body: '['.repeat(60_000) }), 400)
    }
  })
  test('wrong types are named, all at once', async () => {
    const messages = isEnvelope(await create(5, { qrcode: 'yes', token: {}, number: 12, integration: [] }), 400)
    for (const word of ['instanceName', 'qrcode', 'token', 'number', 'integration'])
      assert.ok(
        messages.some((m) => m.startsWith(word)),
        `${word} in ${messages}`,
      )
    assert.deepEqual(
      isEnvelope(await gateway.call('POST', '/a/message/sendText', { body: { number: -5511, text: true } }), 400).map(
        (m) => m.split(' ')[0],
      ),
      ['number:', 'text:'],
    )
    isEnvelope(await gateway.call('POST', '/a/instance/setPresence', { body: { presence: 'dancing' } }), 400)
    isEnvelope(await gateway.call('POST', '/a/instance/setPresence', { body: {} }), 400)
  })
  test('names that cannot be are refused with a sentence', async () => {
    for (const [name, why] of [
      ['', /empty/],
      ['instance', /reserved/],
      ['Message', /reserved/],
      ['set', /reserved/],
      ['a/b', /"\/"/],
      ['a\nb', /control/],
      ['x'.repeat(256), /255/],
      ['..', /\.\./],
    ]) {
      const [message] = isEnvelope(await create(name), 400)
      assert.match(message, why)
    }
    assert.match(
      isEnvelope(await gateway.call('POST', '/instance/create', { body: {} }), 400)[0],
      /instanceName: is missing/,
    )
  })
  test('an unknown integration, plugin object or member is refused', async () => {
    assert.match(isEnvelope(await create('c', { integration: 'TELEGRAM' }), 400)[0], /Invalid integration/)
    isEnvelope(await create('c', { chatwoot: { enabled: true } }), 400)
    assert.match(isEnvelope(await create('c', { webook: { url: 'http://x' } }), 400)[0], /webook/)
    const ok = await create('c', { chatwoot: { enabled: false }, rabbitmq: { enabled: false } })
    assert.equal(ok.status, 201, ok.text)
  })
  test("webhook settings are checked against the plugin's schema, with the path", async () => {
    for (const [webhook, path] of [
      [{ url: 5 }, 'webhook.url'],
      [{ url: 'ftp://x' }, 'webhook.url'],
      [{ url: 'http://x.test:0/' }, 'webhook.url: must have a port from 1 to 65535'],
      [{ url: 'http://x.test:65536' }, 'webhook.url: must have a port from 1 to 65535'],
      [{ url: 'http://x.test', events: ['NOPE'] }, 'webhook.events'],
      [{ url: 'http://x.test', secret: 'short' }, 'webhook.secret'],
      [{ url: 'http://x.test', colour: 'red' }, 'webhook'],
      [{}, 'webhook'],
      [{ url: 'http://x.test', headers: { a: 1 } }, 'webhook.headers'],
    ]) {
      const messages = isEnvelope(await create('d', { webhook }), 400)
      assert.ok(
        messages.some((m) => m.includes(path)),
        `${JSON.stringify(webhook)}: ${messages}`,
      )
    }
    isEnvelope(await create('d', { webhook: 'http://x.test' }), 400)
    assert.equal((await gateway.call('GET', '/instance/fetchInstances?instanceName=d')).json.length, 0)
  })
  test('a weak or used token is refused', async () => {
    isEnvelope(await create('e', { token: 'short' }), 400)
    isEnvelope(await create('e', { token: 'with spaces in the middle' }), 400)
    assert.match(isEnvelope(await create('e', { token: gateway.key }), 400)[0], /the gateway's own key/)
    assert.equal((await create('e', { token: 'a-token-long-enough' })).status, 201)
    isEnvelope(await create('f', { token: 'a-token-long-enough' }), 403)
  })
  test('of two parallel creates exactly one wins and stays', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('race')))
    assert.deepEqual(answers.map((a) => a.status).sort(), [201, 403, 403, 403, 403, 403, 403, 403])
    assert.deepEqual(
      isEnvelope(
        answers.find((a) => a.status === 403),
        403,
      ),
      ['This name "race" is already in use.'],
    )
    assert.equal(await gateway.state('race'), 'close')
  })
  test('sending from an instance that is not connected is 400', async () => {
    assert.deepEqual(
      isEnvelope(await gateway.call('POST', '/a/message/sendText', { body: { number: '5511', text: 'x' } }), 400),
      ['The "a" instance is not connected'],
    )
    assert.deepEqual(
      isEnvelope(await gateway.call('POST', '/a/instance/setPresence', { body: { presence: 'available' } }), 400),
      ['The "a" instance is not connected'],
    )
  })
  test('an unknown route is 404 in the envelope', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['PUT', '/instance/create'],
      ['GET', '/a/b/c/d/e'],
      ['GET', '/a/instance/nothing?x=1'],
    ])
      assert.deepEqual(isEnvelope(await gateway.call(method, path), 404), [`Cannot ${method} ${path}`])
  })
})

describe('web pages', () => {
  const page = { origin: 'https://manager.test' }
  test('a preflight is answered without a key, and so are errors with the headers that pages need', async () => {
    const preflight = await gateway.call('OPTIONS', '/a/instance/connect', {
      key: null,
      headers: { ...page, 'access-control-request-method': 'GET', 'access-control-request-headers': 'apikey' },
    })
    assert.deepEqual([preflight.status, preflight.text], [204, ''])
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'apikey')
    assert.match(preflight.headers.get('access-control-allow-methods'), /DELETE/)
    for (const key of [gateway.key, null]) {
      const answer = await gateway.call('GET', '/a/instance/connectionState', { key, headers: page })
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    }
  })
  test('only pages that the operator names, if he does', async () => {
    const daemon = await new Gateway({ env: { CORS_ORIGIN: 'https://manager.test', CORS_CREDENTIALS: 'true' } }).start()
    try {
      const allowed = await daemon.call('GET', '/health', { headers: page })
      assert.equal(allowed.headers.get('access-control-allow-origin'), page.origin)
      assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true')
      const other = await daemon.call('GET', '/health', { headers: { origin: 'https://other.test' } })
      assert.equal(other.headers.get('access-control-allow-origin'), null)
    } finally {
      await daemon.remove()
    }
  })
})

describe('the wire', () => {
  /** Sends raw bytes; resolves with everything that came back once the server closes, or `until` matches. */
  const raw = (bytes, enough = /\r\n\r\n/) =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(bytes))
      let text = ''
      socket.on('data', (d) => {
        text += d
        if (enough.test(text)) {
          socket.destroy()
          resolve(text)
        }
      })
      socket.on('close', () => resolve(text))
      socket.on('error', (e) => (text ? resolve(text) : reject(e)))
    })
  const status = async (bytes) => Number((await raw(bytes)).split(' ')[1])

  test('limits and garbage are answered, not crashed on', async () => {
    const head = `POST /instance/create HTTP/1.1\r\nHost: x\r\napikey: ${gateway.key}\r\n`
    for (const [name, bytes, expected] of [
      ['a 17 KB header', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(17 * 1024)}\r\n\r\n`, 431],
      ['a 2 MB body', `${head}Content-Length: ${2 << 20}\r\n\r\n`, 413],
      ['chunked garbage', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n`, 400],
      ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
      ['length and chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
      ['a folded header', 'GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n', 400],
      [
        'a line feed in a chunk extension',
        `${head}Transfer-Encoding: chunked\r\n\r\n2;a="\n"\r\n{}\r\n0\r\n\r\n`,
        400,
      ],
      ['no HTTP at all', 'hello\r\n\r\n', 400],
      ['a bad percent', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
      ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 501],
    ])
      assert.equal(await status(bytes), expected, name)
  })
  test('300 idle and half-open clients do not stop the API', async () => {
    const sockets = await Promise.all(
      Array.from(
        { length: 300 },
        (_, n) =>
          new Promise((resolve, reject) => {
            const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => {
              if (n % 2) socket.write('GET /health HTTP/1.1\r\nHo')
              resolve(socket)
            })
            socket.on('error', reject)
          }),
      ),
    )
    try {
      for (let n = 0; n < 50; n++) assert.equal((await fetch(`${gateway.url}/health`)).status, 200)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })
  test('the daemon is still there and stops cleanly', async () => {
    await until('health', async () => (await fetch(`${gateway.url}/health`)).ok)
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
  })
})
