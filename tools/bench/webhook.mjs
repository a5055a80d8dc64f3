// From publish to the receiver: instances that publish as fast as the log takes it, webhooks to a local sink.
// Every event is durable before it is sent, signed, sent in order per chat, and its acknowledgement durable too.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { quiet } from './lib/daemon.mjs'
import { alternate, median } from './lib/numbers.mjs'
import { cpuMicroseconds, printed, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

const bodyBytes = 1500
const chats = 16
const poster = new URL('peers/poster.mjs', import.meta.url).pathname

/** Creates instances that publish `events` events together; resolves with what opens them all. */
async function instances(gateway, count, events, url) {
  const names = Array.from({ length: count }, (_, n) => `g${n}`)
  for (const instanceName of names) {
    const created = await gateway.call('POST', '/instance/create', {
      body: {
        instanceName,
        integration: 'GENERATOR',
        webhook: { url, events: ['MESSAGES_UPSERT'] },
        generator: { rate: 1e6, total: events / count, chats, body_bytes: bodyBytes },
      },
    })
    if (created.status !== 201) throw new Error(`${instanceName}: ${created.text}`)
  }
  return () => Promise.all(names.map((name) => gateway.call('GET', `/${name}/instance/connect`)))
}

/** One round: rate from the first publish to the last arrival, and CPU of the gateway per event. */
async function throughGateway(count, events) {
  const sink = await startPeer('sink', [`${events}`])
  const gateway = await new Gateway({ env: quiet, config: '  generator: {}' }).start()
  try {
    const open = await instances(gateway, count, events, sink.url)
    const all = printed(sink.child.stdout, /\{.*\}/, sink.child)
    const before = cpuMicroseconds(gateway.pid)
    const begin = performance.timeOrigin + performance.now()
    await open()
    const { posts, lastAt } = JSON.parse(await all)
    const cpu = (cpuMicroseconds(gateway.pid) - before) / events
    return { rate: (1000 * events) / (lastAt - begin), cpu, repeats: posts - events }
  } finally {
    await gateway.remove()
    await sink.stop()
  }
}

async function throughPoster(events) {
  const sink = await startPeer('sink', [`${events}`])
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [poster, sink.url, `${events}`, `${bodyBytes}`])
    const { ms, cpu } = JSON.parse(stdout)
    return { rate: (1000 * events) / ms, cpu: cpu / events }
  } finally {
    await sink.stop()
  }
}

export default async function webhook({ rounds, seconds }) {
  const events = 16 * Math.ceil((10_000 * seconds) / 16)
  const [many, one, peer] = await alternate(
    Math.min(rounds, 3),
    () => throughGateway(16, events),
    () => throughGateway(1, events),
    () => throughPoster(events),
  )
  const line = (what, list, key, rest) =>
    figure({
      what: `webhook POSTs, ${what}`,
      value: median(list.map((round) => round[key])),
      peer: { name: 'Node.js, nothing kept or signed', value: median(peer.map((round) => round[key])) },
      rounds: list.map((round) => round[key]),
      ...rest,
    })
  return [
    line('16 instances', many, 'rate', { unit: 'events/s', more: true, target: 3000 }),
    line('16 instances: CPU per event', many, 'cpu', { unit: 'µs', more: false }),
    line('1 instance', one, 'rate', { unit: 'events/s', more: true, target: 3000 }),
    line('1 instance: CPU per event', one, 'cpu', { unit: 'µs', more: false }),
  ]
}
