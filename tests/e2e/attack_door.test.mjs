// Strangers at the door of the real daemon: what they send or hold stops nobody who has a key.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { trustRoot } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { until } from './lib/wait.mjs'

hush()
const BOB = '15550000002'
const STRANGERS = 300
const OPEN_FILES = 480 // of the daemon; 360 of them are for clients
const MEGABYTE = 1 << 20
let sim, gateway, bob, shop

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  const launcher = ['/bin/sh', '-c', `ulimit -n ${OPEN_FILES} && exec "$@"`, 'sh']
  gateway = await new Gateway({ sim, launcher }).start()
  bob = await pairedPeer(sim, 'Bob', BOB)
  shop = await created(gateway, 'shop', '15550000001')
  await pair(gateway, sim, shop)
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sim?.stop()
})

/** A client that says `bytes` and hears everything; `said` resolves with the head of its answer, or '' at the end. */
class Stranger {
  constructor(bytes = '') {
    this.socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => this.socket.write(bytes))
    this.socket.on('error', () => {}) // to be cut off is what it is there for
    this.text = ''
    this.socket.on('data', (d) => {
      this.text += d
    })
    this.said = Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]).then(() => this.text.split('\r\n')[0])
  }
  leave() {
    this.socket.destroy()
  }
}

const send = async (text) => {
  const answer = await gateway.call('POST', '/shop/message/sendText', { key: shop.key, body: { number: BOB, text } })
  assert.equal(answer.status, 201, answer.text)
}
const metric = async (name) => {
  const { text } = await gateway.call('GET', '/metrics')
  return Number(text.split('\n').find((line) => line.startsWith(name + ' '))?.split(' ')[1])
}

test('300 strangers with bodies of a megabyte do not stop a send', { timeout: 120_000 }, async () => {
  const head = `POST /shop/message/sendText HTTP/1.1\r\nHost: t\r\nContent-Length: ${MEGABYTE}\r\n`
  const kinds = ['\r\n', 'apikey: not-the-key-of-anybody\r\n\r\n', 'Expect: 100-continue\r\n\r\n']
  const most = 'x'.repeat(MEGABYTE - 1000)
  const strangers = Array.from({ length: STRANGERS }, (_, n) => new Stranger(head + kinds[n % kinds.length] + most))
  await send('in the middle of it')
  for (const stranger of strangers) assert.equal(await stranger.said, 'HTTP/1.1 401 Unauthorized')
  assert.equal(await metric('colibri_http_bodies_held_bytes'), 0)
  for (const stranger of strangers) stranger.leave()
})

test('strangers who hold all connections do not keep a bridge from starting again', { timeout: 120_000 }, async () => {
  const line = new Agent({ keepAlive: true, maxSockets: 1 }) // of somebody who was there before
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const sent = request(gateway.url + path, { agent: line, headers: { apikey: gateway.key } }, async (answer) => {
        const parts = await answer.toArray()
        resolve(Buffer.concat(parts).toString())
      })
      sent.on('error', reject).end()
    })
  await ask('/health')
  const strangers = Array.from({ length: 2 * OPEN_FILES }, () => new Stranger())
  try {
    await until('the door to be full', () => strangers.some((s) => s.text.includes('by server.max_connections')))
    const [bridge] = gateway.bridges()
    process.kill(bridge, 'SIGKILL')
    await until('another bridge', () => gateway.bridges().some((pid) => pid !== bridge))
    await until('the instance to be open again', async () => {
      const { state } = JSON.parse(await ask('/shop/instance/connectionState'))
      return state === 'open'
    })
    assert.match(gateway.output, /server\.max_connections is more than the limit of open files.* taken=360/)
    assert.match(await ask('/metrics'), /colibri_http_connections_refused_total\{limit="max_connections"\} [1-9]/)
  } finally {
    for (const stranger of strangers) stranger.leave()
    line.destroy()
  }
  await until('a send to pass', () => send('afterwards').then(() => true, () => false))
})
