// Many clients of Socket.IO whose connections break all the time: each hears every event, once and in order.
// Environment: COLIBRI_SOCKETS, COLIBRI_SEED (tools/test_long makes it thousands).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { Listener } from './lib/listener.mjs'
import { Random } from './lib/random.mjs'
import { opened, say } from './lib/spoken.mjs'
import { until } from './lib/wait.mjs'

const SEED = Number(process.env.COLIBRI_SEED ?? 20_261_126)
const SOCKETS = Number(process.env.COLIBRI_SOCKETS ?? 150)
const EVENTS = 100,
  CUTS_PER_CENT = 3,
  JOIN_AT_ONCE = 100
const TRANSPORTS = [['polling'], ['websocket'], ['polling', 'websocket']]
const random = new Random(SEED)
const clients = []
let gateway, apikey

before(async () => {
  gateway = await new Gateway({ config: '  generator: {}\n  websocket: {}\n' }).start()
  apikey = (await opened(gateway, 'shop', { websocket: { enabled: true } })).hash.apikey
})
after(async () => {
  for (const client of clients) client.close()
  await gateway?.remove()
})

async function join() {
  while (clients.length < SOCKETS) {
    const few = Array.from({ length: Math.min(JOIN_AT_ONCE, SOCKETS - clients.length) }, (_, n) => {
      return new Listener(gateway, '/shop', { auth: { apikey }, transports: TRANSPORTS[n % TRANSPORTS.length] })
    })
    clients.push(...few)
    await Promise.all(few.map((client) => client.connected()))
  }
}

/** How many connections broke. */
function cutSome() {
  const unlucky = clients.filter((client) => client.socket.connected && random.next(100) < CUTS_PER_CENT)
  for (const client of unlucky) client.cut()
  return unlucky.length
}

test(`${SOCKETS} clients that are cut off have every event, once and in order (COLIBRI_SEED=${SEED})`, { timeout: 600_000 }, async (t) => {
  await join()
  const texts = Array.from({ length: EVENTS }, (_, n) => `storm ${n}`)
  let cuts = 0
  for (const text of texts) {
    await say(gateway, 'shop', text)
    cuts += cutSome()
  }
  const late = () => clients.filter((client) => client.texts.at(-1) !== texts.at(-1)).length
  await until(() => `the last event at ${late()} clients`, () => late() === 0, 120_000)
  for (const [n, client] of clients.entries()) assert.deepEqual(client.texts, texts, `client ${n}`)
  t.diagnostic(`${cuts} cuts`)
  assert.ok(cuts > SOCKETS, `${cuts} cuts`)
})
