// The plugin websocket as clients know it: the official client of Socket.IO over both transports, what it misses, whom
// it hears; and plain WebSockets.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import WebSocket from 'ws'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { Listener } from './lib/listener.mjs'
import { opened, say } from './lib/spoken.mjs'
import { until } from './lib/wait.mjs'

const CONFIG =
  '  generator: {}\n  websocket: { global_events: true, recovery_s: 3, ping_interval_ms: 500, ping_timeout_ms: 2000 }\n'
let contract, gateway, shopKey, cafeKey
const open = []
before(async () => {
  contract = await Contract.load()
  gateway = await new Gateway({ config: CONFIG }).start()
  shopKey = (await opened(gateway, 'shop', { websocket: { enabled: true } })).hash.apikey
  cafeKey = (await opened(gateway, 'cafe', { websocket: { enabled: true, events: ['SEND_MESSAGE'] } })).hash.apikey
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
after(() => gateway?.remove())

function listen(nsp, options) {
  const listener = new Listener(gateway, nsp, options)
  open.push(listener)
  return listener
}
const shop = (options) => listen('/shop', { auth: { apikey: shopKey }, ...options })
/** The sentence with which a namespace is refused. */
async function refusal(nsp, options) {
  const listener = listen(nsp, { reconnection: false, ...options })
  await until(`a refusal of ${nsp}`, () => listener.errors.length > 0)
  assert.equal(listener.socket.connected, false)
  return listener.errors[0].message
}
/** A plain WebSocket and its frames. */
function stream(path, key) {
  const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, key ? { headers: { apikey: key } } : {})
  socket.frames = []
  socket.on('message', (text) => socket.frames.push(JSON.parse(text)))
  socket.on('error', () => {})
  open.push(socket)
  return socket
}
const opening = (socket) => new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
const says = (socket) => socket.frames.filter((f) => f.event === 'send.message').map((f) => f.data.message.conversation)

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']])
  test(`over ${transports.join(' and then ')} events come in order, with names and offsets`, async () => {
    const client = await shop({ transports }).connected()
    if (transports.length === 2) await until('the upgrade', () => client.transport === 'websocket')
    const texts = [1, 2, 3].map((n) => `${transports} ${n}`)
    for (const text of texts) await say(gateway, 'shop', text)
    await client.hears(texts[2])
    assert.deepEqual(client.texts, texts)
    assert.equal(client.transport, transports.at(-1))
    const { name, event, offset } = client.heard.at(-1)
    assert.equal(name, 'send.message')
    assert.match(offset, /^\d+$/)
    assert.deepEqual(Object.keys(event).sort(), [
      'apikey',
      'data',
      'date_time',
      'event',
      'instance',
      'sender',
      'server_url',
    ])
    assert.equal(event.instance, 'shop')
  })

test('the key may come in auth, in the query or as a header, over both transports', async () => {
  const ways = (key) => [
    { auth: { apikey: key } },
    { auth: { token: key } },
    { query: { apikey: key } },
    { extraHeaders: { apikey: key } },
  ]
  for (const key of [shopKey, gateway.key])
    for (const way of ways(key))
      for (const transports of [['polling'], ['websocket']]) await listen('/shop', { ...way, transports }).connected()
})

test('nobody hears what is not theirs', async () => {
  const strangers = [
    ['/shop', { auth: { apikey: cafeKey } }, /forbidden/],
    ['/shop', { extraHeaders: { apikey: cafeKey } }, /forbidden/],
    ['/shop', {}, /unauthorized/],
    ['/shop', { auth: { apikey: 'wrong-key-wrong-key' } }, /nobody has this key/],
    ['/', { auth: { apikey: cafeKey } }, /forbidden/],
    ['/', {}, /unauthorized/],
    ['/nobody', { auth: { apikey: cafeKey } }, /forbidden/],
    ['/nobody', { auth: { apikey: gateway.key } }, /Invalid namespace/],
  ]
  for (const transports of [['polling'], ['websocket']])
    for (const [nsp, options, why] of strangers) assert.match(await refusal(nsp, { ...options, transports }), why, nsp)
  const wrong = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&apikey=wrong-key-wrong-key`)
  assert.equal(wrong.status, 401)
  const stolen = listen('/cafe', { auth: { apikey: cafeKey } })
  await stolen.connected()
  const known = await shop().connected()
  await say(gateway, 'shop', 'a secret')
  await say(gateway, 'cafe', 'hello')
  await known.hears('a secret')
  await stolen.hears('hello')
  assert.deepEqual(stolen.texts, ['hello'])
  for (const refused of open.filter((client) => client instanceof Listener && !client.socket.connected))
    assert.deepEqual(refused.heard, [])
  for (const path of ['/shop/events', '/nobody/events']) {
    const socket = stream(path, cafeKey)
    await assert.rejects(opening(socket), /401/)
  }
  await assert.rejects(opening(stream('/shop/events')), /401/)
})

test('the global namespace has all, under either name, and another manager may be behind a prefix', async () => {
  const main = await listen('/', { auth: { apikey: gateway.key } }).connected()
  const prefixed = await listen('/v2', { extraHeaders: { apikey: gateway.key } }).connected()
  await say(gateway, 'shop', 'from shop')
  await say(gateway, 'cafe', 'from cafe')
  for (const client of [main, prefixed]) {
    await client.hears('from cafe')
    assert.deepEqual(client.texts, ['from shop', 'from cafe'])
  }
})

for (const transports of [['polling'], ['websocket']])
  test(`over ${transports} a client that is cut off gets what it missed, once, and is "recovered"`, async () => {
    const client = await shop({ transports }).connected()
    await say(gateway, 'shop', `${transports} before`)
    await client.hears(`${transports} before`)
    const { id } = client.socket
    client.socket.io.reconnection(false)
    client.cut()
    await until('the cut', () => !client.socket.connected)
    for (const n of [1, 2, 3]) await say(gateway, 'shop', `${transports} missed ${n}`)
    client.socket.connect()
    await client.hears(`${transports} missed 3`)
    assert.equal(client.socket.recovered, true)
    assert.equal(client.socket.id, id)
    await say(gateway, 'shop', `${transports} after`)
    await client.hears(`${transports} after`)
    assert.deepEqual(
      client.texts.map((text) => text.replace(`${transports} `, '')),
      ['before', 'missed 1', 'missed 2', 'missed 3', 'after'],
    )
  })

test('a client that would break on a second argument gets one, and begins anew each time', async () => {
  for (const transports of [['polling'], ['websocket']]) {
    const client = await shop({ transports, extraHeaders: { 'user-agent': 'python-requests/2.28.1' } }).connected()
    await say(gateway, 'shop', `${transports} alone`)
    await client.hears(`${transports} alone`)
    assert.equal(client.heard.at(-1).offset, undefined)
    const gone = new Promise((resolve) => client.socket.once('disconnect', resolve))
    client.cut()
    await gone
    await client.connected()
    assert.ok(!client.socket.recovered)
  }
})

test('after the window a client begins anew, and lastSeq takes up where it was', async () => {
  const client = await shop().connected()
  await say(gateway, 'shop', 'seen')
  await client.hears('seen')
  const { offset } = client.heard.at(-1)
  client.socket.io.reconnection(false)
  client.cut()
  await until('the cut', () => !client.socket.connected)
  await say(gateway, 'shop', 'missed')
  const cutAt = Date.now()
  await until('the window to pass', () => Date.now() - cutAt > 3500)
  client.socket.connect()
  await client.connected()
  assert.equal(client.socket.recovered, false)
  await say(gateway, 'shop', 'new')
  await client.hears('new')
  assert.deepEqual(client.texts, ['seen', 'new'])
  const fresh = await shop({ auth: { apikey: shopKey, lastSeq: offset } }).connected()
  await fresh.hears('new')
  assert.deepEqual(fresh.texts, ['missed', 'new'])
  const unknown = await shop({ auth: { apikey: shopKey, lastSeq: 1e9 } }).connected()
  await until('the notice', () => unknown.heard.some(({ name }) => name === 'events.skipped'))
  assert.equal(unknown.heard[0].event.reason, 'unknown_sequence')
})

test('a restart of the gateway loses nothing for those who come back', async () => {
  const client = await shop().connected()
  await say(gateway, 'shop', 'before the kill')
  await client.hears('before the kill')
  const port = new URL(gateway.url).port
  await gateway.kill9()
  await gateway.start()
  if (new URL(gateway.url).port !== port) client.socket.io.uri = gateway.url
  await until('shop to be open', async () => (await gateway.state('shop')) === 'open')
  await say(gateway, 'shop', 'after the kill')
  await client.hears('after the kill')
  assert.deepEqual(client.texts, ['before the kill', 'after the kill'])
  assert.equal(client.socket.recovered, true)
})

test('plain WebSockets: a frame of JSON per event, from now on or since a sequence', async () => {
  const live = stream('/shop/events', shopKey)
  await opening(live)
  await say(gateway, 'shop', 'first')
  await until('the frame', () => says(live).includes('first'))
  const { seq } = live.frames.at(-1)
  await say(gateway, 'shop', 'second')
  const late = stream(`/shop/events?since=${seq}&apikey=${shopKey}`)
  await until('the second', () => says(late).includes('second') && says(live).includes('second'))
  assert.deepEqual(says(late), ['second'])
  const all = stream('/shop/events?since=0', gateway.key)
  await until('all of it', () => says(all).includes('second'))
  const sequences = all.frames.map((frame) => frame.seq)
  assert.deepEqual(
    sequences,
    [...sequences].sort((a, b) => a - b),
  )
  assert.equal(new Set(sequences).size, sequences.length)
  await assert.rejects(opening(stream('/shop/events?since=x', shopKey)), /400/)
})

test('a client that does not read is dropped, and nobody else notices', async () => {
  const quick = await shop().connected()
  const slow = connect(new URL(gateway.url).port, '127.0.0.1')
  open.push({ close: () => slow.destroy() })
  slow.write(
    `GET /shop/events HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\napikey: ${shopKey}\r\n\r\n`,
  )
  await until('the upgrade', () => slow.read()?.toString().includes('101'))
  slow.pause()
  const text = 'x'.repeat(60_000)
  let n = 0
  await until(
    'the drop',
    async () => {
      await say(gateway, 'shop', `${n++} ${text}`)
      return gateway.output.includes('clients that did not read were dropped')
    },
    60_000,
  )
  await quick.hears(`${n - 1} ${text}`)
  assert.equal(quick.texts.length, n)
})

test('settings rule what comes, from the moment they are set', async () => {
  const ask = async (status, method, path, body) => {
    const answer = await gateway.call(method, path, { body })
    contract.check(contract.find(method, path), answer)
    assert.equal(answer.status, status, answer.text)
    return answer.json
  }
  await opened(gateway, 'quiet')
  assert.equal((await ask(200, 'GET', '/quiet/websocket/find')).websocket, null)
  assert.equal(await ask(200, 'GET', '/websocket/find/quiet'), null)
  const client = await listen('/quiet', { auth: { apikey: gateway.key } }).connected()
  await say(gateway, 'quiet', 'unheard')
  await assert.rejects(opening(stream('/quiet/events', gateway.key)), /403/)
  const { websocket } = await ask(201, 'POST', '/quiet/websocket/set', {
    websocket: { enabled: true, events: ['SEND_MESSAGE'] },
  })
  assert.deepEqual(websocket, { enabled: true, events: ['SEND_MESSAGE'] })
  const plain = stream('/quiet/events', gateway.key)
  await opening(plain)
  await say(gateway, 'quiet', 'heard')
  await client.hears('heard')
  const row = await ask(201, 'POST', '/websocket/set/quiet', { websocket: { enabled: false, events: ['CALL'] } })
  assert.deepEqual([row.enabled, row.events], [false, []])
  await until('the stream to end', () => plain.readyState === WebSocket.CLOSED)
  await say(gateway, 'quiet', 'unheard, too')
  await ask(201, 'POST', '/websocket/set/quiet', { websocket: { enabled: true, events: [] } })
  await say(gateway, 'quiet', 'heard again')
  await client.hears('heard again')
  assert.deepEqual(client.texts, ['heard', 'heard again'])
  await ask(400, 'POST', '/quiet/websocket/set', { websocket: { events: ['NOPE'] } })
  await ask(400, 'POST', '/quiet/websocket/set', { websocket: { colour: 'red' } })
})

test('a namespace is there as soon as its instance is, and goes with it', async () => {
  const answer = await gateway.call('POST', '/instance/create', {
    body: { instanceName: 'brief, é', websocket: { enabled: true } },
  })
  assert.equal(answer.status, 201, answer.text)
  const client = await listen(`/${encodeURIComponent('brief, é')}`, {
    auth: { apikey: answer.json.hash.apikey },
  }).connected()
  const reason = new Promise((resolve) => client.socket.once('disconnect', resolve))
  const gone = await gateway.call('DELETE', `/${encodeURIComponent('brief, é')}/instance/delete`)
  assert.equal(gone.status, 200, gone.text)
  assert.equal(await reason, 'io server disconnect')
})

test('clients can do nothing but listen', async () => {
  const client = await shop().connected()
  const answer = await client.socket.timeout(5000).emitWithAck('sendNode', { instanceId: 'x', stanza: [] })
  assert.match(answer.error, /takes no events/)
  assert.equal(client.socket.connected, true)
})

test('a set that names nothing is refused with what is missing', async () => {
  for (const [path, body, said] of [
    ['/shop/websocket/set', {}, 'enabled: is missing, allowed: true or false'],
    ['/shop/websocket/set', { websocket: {} }, 'websocket.enabled: is missing, allowed: true or false'],
    ['/websocket/set/shop', {}, 'instance requires property "websocket"'],
    ['/websocket/set/shop', { websocket: {} }, 'websocket requires property "enabled"'],
  ]) {
    const answer = await gateway.call('POST', path, { body })
    assert.equal(answer.status, 400, answer.text)
    assert.deepEqual(answer.json.response.message.flat(), [said])
  }
  assert.equal((await gateway.call('GET', '/shop/websocket/find')).json.websocket.enabled, true)
})
