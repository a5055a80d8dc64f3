// What a dead endpoint costs the others: nothing. 200 instances with an endpoint each, most of them healthy, the rest dead in every
// way there is; then all heal. Real parts but for the network: its place takes the generator (tests/plugins/fixtures).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Endpoint } from './lib/endpoints.mjs'
import { Gateway } from './lib/gateway.mjs'
import { GeneratorLedger } from './lib/ledger.mjs'
import { until } from './lib/wait.mjs'

const BAD = ['refuse', 'hang', 'trickle', 'fail']
const INSTANCES = 200,
  OF_EACH_BAD = 20
const RATE = 4,
  TOTAL = 32,
  CHATS = 3
const P99_MS = 250

const endpoints = []
let gateway

before(async () => {
  gateway = await new Gateway({
    config: '  generator: {}\n',
    env: { COLIBRI_WEBHOOK_TIMEOUT_MS: '2000', LOG_LEVEL: 'info' },
  }).start()
  for (let i = 0; i < INSTANCES; i++) {
    const mode = i < OF_EACH_BAD * BAD.length ? BAD[i % BAD.length] : 'ok'
    endpoints.push(await new Endpoint(`127.0.${1 + (i >> 7)}.${1 + (i & 127)}`, mode).up())
  }
})
after(async () => {
  await gateway?.remove()
  await Promise.all(endpoints.map((endpoint) => endpoint.server.listening && endpoint.down()))
})

const healthy = () => endpoints.filter((endpoint) => endpoint.mode === 'ok')
const missing = (of) => of.filter((endpoint) => new Set(endpoint.received.map(({ n }) => n)).size < TOTAL)
const percentile = (values, share) => values.sort((a, b) => a - b)[Math.ceil(values.length * share) - 1]

function check(endpoint) {
  const ledger = new GeneratorLedger(endpoint.url, { total: TOTAL, chats: CHATS })
  for (const { n, id } of endpoint.received) ledger.add(n, id)
  ledger.check()
}

test('the healthy do not feel the others, and nobody loses anything', { timeout: 180_000 }, async (t) => {
  for (const [i, endpoint] of endpoints.entries()) {
    const answer = await gateway.call('POST', '/instance/create', {
      body: {
        instanceName: `i${i}`,
        integration: 'GENERATOR',
        webhook: { url: endpoint.url, events: ['MESSAGES_UPSERT'] },
        generator: { rate: RATE, total: TOTAL, chats: CHATS, body_bytes: 600 },
      },
    })
    assert.equal(answer.status, 201, answer.text)
  }
  for (const i of endpoints.keys()) {
    const answer = await gateway.call('GET', `/i${i}/instance/connect`)
    assert.equal(answer.status, 200, answer.text)
  }

  const well = healthy()
  assert.equal(well.length, INSTANCES - OF_EACH_BAD * BAD.length)
  await until(
    () => `all events at the healthy; ${missing(well).length} endpoints wait`,
    () => missing(well).length === 0,
    60_000,
  )
  const latencies = well.flatMap((endpoint) => endpoint.received.map(({ latencyMs }) => latencyMs))
  const p99 = percentile(latencies, 0.99)
  t.diagnostic(
    `${latencies.length} events at the healthy: p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${latencies.at(-1).toFixed(1)} ms`,
  )
  assert.ok(p99 < P99_MS, `the p99 is ${p99} ms`)
  well.forEach(check)
  for (const endpoint of endpoints.filter((one) => one.mode !== 'ok')) {
    assert.equal(endpoint.received.length, 0)
    assert.ok(endpoint.mode === 'refuse' || endpoint.attempts > 0, `${endpoint.mode} was never tried`)
  }

  const ill = endpoints.filter((endpoint) => endpoint.mode !== 'ok')
  await Promise.all(ill.map((endpoint) => endpoint.heal()))
  await until(
    () => `the backlog of the healed; ${missing(ill).length} endpoints wait`,
    () => missing(ill).length === 0,
    90_000,
  )
  ill.forEach(check)
})
