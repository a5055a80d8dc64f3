// A receiver that is away for a day at ten events a second: what it costs in memory, and how fast the backlog goes out
// when it is back. The day's events come as fast as the log takes them; a lane that is behind cannot tell the difference.
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { until } from '../../tests/e2e/lib/wait.mjs'
import { quiet } from './lib/daemon.mjs'
import { median } from './lib/numbers.mjs'
import { printed, residentMegabytes, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

const perSecond = 10
const day = 24 * 60 * 60 * perSecond - 4000
const chats = 50
const name = 'away'

async function call(gateway, method, path, body) {
  const answer = await gateway.call(method, path, { body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`)
  return answer.json
}
const create = (gateway, instanceName, total, url) =>
  call(gateway, 'POST', '/instance/create', {
    instanceName,
    integration: 'GENERATOR',
    webhook: { url, events: ['MESSAGES_UPSERT'] },
    generator: { rate: 1e6, total, chats, body_bytes: 1500 },
  })

/** Resolves once `count` events wait in all. */
const waiting = (gateway, count) =>
  until(
    `a backlog of ${count} events`,
    async () => {
      const { text } = await gateway.call('GET', '/metrics')
      const backlog = /^colibri_delivery_backlog_events_count\S* (\d+)/m.exec(text)?.[1] // none before the first lane
      return Number(backlog ?? 0) >= count
    },
    600_000,
  )

async function round() {
  const sink = await startPeer('sink', [`${day}`])
  const gateway = await new Gateway({ env: quiet, config: '  generator: {}' }).start()
  try {
    // A short outage first: what a lane needs to be behind at all, and the buffers of the log's writer.
    await create(gateway, 'warm', 20_000, 'http://127.0.0.1:1/')
    await call(gateway, 'GET', '/warm/instance/connect')
    await waiting(gateway, 20_000)
    const before = residentMegabytes(gateway.pid)
    await create(gateway, name, day, 'http://127.0.0.1:1/')
    await call(gateway, 'GET', `/${name}/instance/connect`)
    await waiting(gateway, 20_000 + day)
    const growth = residentMegabytes(gateway.pid) - before
    const all = printed(sink.child.stdout, /\{.*\}/, sink.child)
    const begin = performance.timeOrigin + performance.now()
    await call(gateway, 'POST', `/${name}/webhook/set`, { url: sink.url, events: ['MESSAGES_UPSERT'] })
    const { lastAt } = JSON.parse(await all)
    return { growth, rate: (1000 * day) / (lastAt - begin), draining: residentMegabytes(gateway.pid) - before }
  } finally {
    await gateway.remove()
    await sink.stop()
  }
}

export default async function backlog({ rounds }) {
  const results = []
  for (let n = 0; n < Math.min(rounds, 2); ++n) results.push(await round())
  const line = (what, key, rest) =>
    figure({ what, value: median(results.map((one) => one[key])), rounds: results.map((one) => one[key]), ...rest })
  return [
    line('a day of outage at 10 events/s: resident growth', 'growth', { unit: 'MB', more: false, target: 10 }),
    line('the same, after the backlog went out', 'draining', { unit: 'MB', more: false }),
    line('the backlog goes out', 'rate', { unit: 'events/s', more: true, target: 3000 }),
  ]
}
