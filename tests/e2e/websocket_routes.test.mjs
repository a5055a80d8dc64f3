// Connections of a plugin over the real listener, with the npm package ws as client and the fixture plugin `sockets`.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import WebSocket from 'ws'
import { Gateway } from './lib/gateway.mjs'
import { until } from './lib/wait.mjs'

let gateway, shop, shopKey

before(async () => {
  gateway = new Gateway({ config: '  sockets: {}\n', env: { AUTHENTICATION_FAILED_PER_MINUTE: '20' } })
  await gateway.start()
  const made = await gateway.call('POST', '/instance/create', { body: { instanceName: 'shop' } })
  assert.equal(made.status, 201, made.text)
  shop = 'shop'
  shopKey = made.json.hash.apikey
})
after(async () => {
  await gateway?.remove()
})

class Client {
  constructor(path, options = {}) {
    this.heard = []
    this.socket = new WebSocket(gateway.url.replace('http', 'ws') + path, options)
    this.socket.on('message', (data, binary) => this.heard.push(binary ? data : data.toString()))
    this.opened = new Promise((resolve) => {
      this.socket.on('open', () => resolve(101))
      this.socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode))
      this.socket.on('error', () => {})
    })
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
  }
  async ask(text) {
    const before = this.heard.length
    this.socket.send(text)
    await until(`an answer to ${text.slice(0, 20)}`, () => this.heard.length > before)
    return this.heard.at(-1)
  }
}
const opened = async (path, options) => {
  const client = new Client(path, options)
  assert.equal(await client.opened, 101)
  return client
}
const metric = async (name) => {
  const { text } = await gateway.call('GET', '/metrics')
  return Number(text.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1])
}

test('messages of every kind and size go both ways', async () => {
  const client = await opened('/live')
  assert.equal(await client.ask('echo hello'), 'hello')
  assert.equal(await client.ask('echo ' + 'ü'.repeat(2000)), 'ü'.repeat(2000))
  client.socket.send(Buffer.from('echo \xff', 'latin1'))
  await until('binary', () => Buffer.isBuffer(client.heard.at(-1)))
  client.socket.send('close')
  assert.equal(await client.closed, 4000)
})

test('a key is needed where one is, in header or query, and never reaches the plugin', async () => {
  const path = `/${shop}/stream`
  assert.equal(await new Client(path).opened, 401)
  assert.equal(await new Client('/nobody/stream').opened, 401, 'the same whatever exists')
  assert.equal(await new Client(`${path}?apikey=guess`).opened, 401)
  assert.equal(await new Client('/live?apikey=guess').opened, 401, 'a wrong key is not none')
  assert.equal(await new Client(`/nobody/stream?apikey=${gateway.key}`).opened, 404)
  const byQuery = await opened(`${path}?apikey=${shopKey}`)
  assert.match(await byQuery.ask('state'), / last 1 [1-9]\d* key: closed/)
  const byHeader = await opened(path, { headers: { apikey: gateway.key, cookie: 'a=b' } })
  assert.match(await byHeader.ask('state'), / last 2 [1-9]\d* key: closed/)
  const nobody = await opened('/v2/live')
  assert.match(await nobody.ask('state'), / last 0 0 key: closed/)
  assert.equal(await nobody.ask(`key ${shopKey}`), '0 1')
  assert.equal(await nobody.ask('key guess'), '-9 0')
  for (const client of [byQuery, byHeader, nobody]) client.socket.close()
})

test('what is no WebSocket is told so', async () => {
  const plain = await gateway.call('GET', `/${shop}/stream`)
  assert.equal(plain.status, 426)
  assert.equal((await gateway.call('DELETE', '/live')).status, 404)
  assert.equal(await new Client('/live?refuse=-2').opened, 404)
  assert.equal(await new Client('/live?refuse=-9').opened, 401)
  assert.equal(await new Client('/live?refuse=-11').opened, 429)
  assert.equal((await gateway.call('POST', '/instance/create', { body: { instanceName: 'Live' } })).status, 400)
})

test('raw requests pass beside, with the headers that pages need', async () => {
  const ask = (path, init = {}) =>
    fetch(gateway.url + path, { ...init, headers: { origin: 'https://page.test', ...init.headers } })
  const said = await ask('/live/say', { method: 'POST', body: '4probe' })
  assert.equal(await said.text(), '4probe')
  assert.equal(said.headers.get('access-control-allow-origin'), '*')
  assert.equal(said.headers.get('cache-control'), 'no-store')
  assert.equal((await ask('/live/say', { method: 'POST', body: 'x'.repeat(5000) })).status, 413)
  assert.equal((await ask('/live/late')).status, 202)
  assert.equal((await ask('/live/wait')).status, 504, 'the host answers when the plugin does not')
  const preflight = await ask('/live/say', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } })
  assert.equal(preflight.status, 204)
  assert.match(preflight.headers.get('access-control-allow-methods'), /POST/)
})

test('a client that does not read is dropped, and nobody else notices', async () => {
  const deaf = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1' })
  deaf.write(
    'GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await new Promise((resolve) => deaf.once('data', resolve))
  deaf.pause()
  const frame = Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from('flood')])
  const other = await opened('/live')
  deaf.write(frame)
  await until('the drop', async () => (await metric('colibri_websocket_connections_dropped_total')) === 1)
  assert.equal(await other.ask('echo fine'), 'fine')
  assert.match(await other.ask('state'), /1013/)
  deaf.destroy()
  other.socket.close()
})

test('one message reaches five hundred clients', async () => {
  const clients = await Promise.all(Array.from({ length: 500 }, () => opened('/live')))
  assert.ok((await metric('colibri_websocket_connections_open_count')) >= 500)
  const from = performance.now()
  clients[0].socket.send('all ' + 'b'.repeat(1024))
  await until('everybody to hear', () => clients.every((c) => c.heard.length === 1))
  console.log(`# 1 KB to 500 clients of this process: ${Math.round(performance.now() - from)} ms`)
  for (const client of clients) client.socket.close()
  await Promise.all(clients.map((c) => c.closed))
})

test('guessing keys inside the protocol is slowed down, too', async () => {
  const client = await opened('/live')
  let answer
  for (let i = 0; i < 30; ++i) answer = await client.ask(`key guess${i}`)
  assert.equal(answer, '-11 0')
  assert.equal(await client.ask(`key ${shopKey}`), '0 1', 'who has a right one is not held up')
  assert.equal(await new Client('/live?apikey=guess').opened, 429)
  client.socket.close()
})

test('a gateway that stops says goodbye', async () => {
  const client = await opened('/live')
  const ended = gateway.stop()
  assert.equal(await client.closed, 1001)
  assert.equal((await ended).code, 0)
})
