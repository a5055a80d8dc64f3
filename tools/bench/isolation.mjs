// What one endpoint that sleeps costs the 199 others: rounds in which it sleeps take turns with rounds in which all are well.
import { Endpoint } from '../../tests/e2e/lib/endpoints.mjs'
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { until } from '../../tests/e2e/lib/wait.mjs'
import { quiet } from './lib/daemon.mjs'
import { alternate, median, quantile } from './lib/numbers.mjs'
import { residentMegabytes } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

const count = 200
const rate = 5

async function call(gateway, method, path, body) {
  const answer = await gateway.call(method, path, { body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`)
}

/** `first`: the mode of the first endpoint. Resolves with the p99 of the others, publish to POST, and the memory. */
async function round(first, seconds) {
  const total = rate * seconds
  const endpoints = []
  for (let i = 0; i < count; i++)
    endpoints.push(await new Endpoint(`127.0.${1 + (i >> 7)}.${1 + (i & 127)}`, i === 0 ? first : 'ok').up())
  const gateway = await new Gateway({ env: quiet, config: '  generator: {}' }).start()
  try {
    for (const [i, { url }] of endpoints.entries())
      await call(gateway, 'POST', '/instance/create', {
        instanceName: `i${i}`,
        integration: 'GENERATOR',
        webhook: { url, events: ['MESSAGES_UPSERT'] },
        generator: { rate, total, chats: 3, body_bytes: 1000 },
      })
    for (const i of endpoints.keys()) await call(gateway, 'GET', `/i${i}/instance/connect`)
    const begun = residentMegabytes(gateway.pid)
    const others = endpoints.slice(1)
    await until('all events at the others', () => others.every(({ received }) => received.length >= total), 120_000)
    const latencies = others.flatMap(({ received }) => received.map(({ latencyMs }) => latencyMs))
    return { p99: quantile(latencies, 0.99), growth: residentMegabytes(gateway.pid) - begun }
  } finally {
    await gateway.remove()
    await Promise.all(endpoints.map((endpoint) => endpoint.down()))
  }
}

export default async function isolation({ rounds, seconds }) {
  const length = Math.max(10, 5 * seconds)
  const [well, sleeps] = await alternate(
    rounds,
    () => round('ok', length),
    () => round('hang', length),
  )
  const p99s = (list) => list.map(({ p99 }) => p99)
  return [
    figure({
      what: 'webhook, 1 of 200 endpoints sleeps: p99 of the others',
      value: median(p99s(sleeps)),
      unit: 'ms',
      more: false,
      target: 250,
      targetRatio: 0.9,
      peer: { name: 'nobody sleeps', value: median(p99s(well)), rounds: p99s(well) },
      rounds: p99s(sleeps),
    }),
    figure({
      what: 'the same: resident growth while it sleeps',
      value: median(sleeps.map(({ growth }) => growth)),
      unit: 'MB',
      more: false,
      peer: { name: 'nobody sleeps', value: median(well.map(({ growth }) => growth)) },
      rounds: sleeps.map(({ growth }) => growth),
    }),
  ]
}
