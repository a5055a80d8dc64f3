// Two tenants whose endpoint is slow (COLIBRI_SLOW_TENANTS: more), and another whose endpoint is quick, all on one host and port: the
// quick one does not feel the others, and nobody's lane takes waiting for a failure.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { until } from './lib/wait.mjs'

const TIMEOUT_MS = 1500,
  SLOW_MS = 1000 // an answer that comes in time, if only the time that it waits for a connection is not counted
const SLOW_ONES = Array.from({ length: Number(process.env.COLIBRI_SLOW_TENANTS ?? 2) }, (_, i) => `slow${i}`)
const RATE = 20,
  QUICK = 60,
  SLOW = 40,
  CHATS = 16
const MOST_MS = 500

/** What each path was sent, as it came: { n, latencyMs }. */
const received = Object.fromEntries([...SLOW_ONES, 'quick'].map((name) => [`/${name}`, []]))
let receiver, gateway

before(async () => {
  receiver = createServer((request, response) => {
    const at = Date.now()
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const { data } = JSON.parse(Buffer.concat(parts).toString())
      received[request.url].push({ n: data.n, latencyMs: at - data.publishedAtUs / 1000 })
      const wait = request.url === '/quick' ? 0 : SLOW_MS
      setTimeout(() => response.writeHead(204).end(), wait)
    })
  })
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  gateway = await new Gateway({
    config: '  generator: {}\n',
    env: { COLIBRI_WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS), LOG_LEVEL: 'info' },
  }).start()
})
after(async () => {
  await gateway?.remove()
  receiver?.closeAllConnections()
  receiver?.close()
})

async function tenant(name, total) {
  const answer = await gateway.call('POST', '/instance/create', {
    body: {
      instanceName: name,
      integration: 'GENERATOR',
      webhook: { url: `http://127.0.0.1:${receiver.address().port}/${name}`, events: ['MESSAGES_UPSERT'] },
      generator: { rate: RATE, total, chats: CHATS, body_bytes: 100 },
    },
  })
  assert.equal(answer.status, 201, answer.text)
  assert.equal((await gateway.call('GET', `/${name}/instance/connect`)).status, 200)
}
const distinct = (name) => new Set(received[`/${name}`].map(({ n }) => n)).size

test('slow endpoints of tenants delay no other on the same host and port', { timeout: 300_000 }, async (t) => {
  for (const name of SLOW_ONES) await tenant(name, SLOW)
  await until('the slow ones to be busy', () => SLOW_ONES.every((name) => distinct(name) >= 4))
  await tenant('quick', QUICK)
  await until(
    () => `the quick one's events; so far ${distinct('quick')}`,
    () => distinct('quick') === QUICK,
    60_000,
  )
  const most = Math.max(...received['/quick'].map(({ latencyMs }) => latencyMs))
  t.diagnostic(`the quick one waited ${most.toFixed(0)} ms at most`)
  assert.ok(most < MOST_MS, `the quick one waited ${most} ms`)
  await until(
    () => `the slow ones' events; so far ${SLOW_ONES.map(distinct)}`,
    () => SLOW_ONES.every((name) => distinct(name) === SLOW),
    120_000,
  )
  for (const name of [...SLOW_ONES, 'quick']) {
    assert.equal(received[`/${name}`].length, distinct(name), `${name} was sent something twice`)
    const { json } = await gateway.call('GET', `/${name}/deliveries/attempts`)
    const failed = json.attempts.filter(({ outcome }) => outcome !== 'delivered')
    assert.deepEqual(failed, [], `waiting was a failure of ${name}`)
  }
})
