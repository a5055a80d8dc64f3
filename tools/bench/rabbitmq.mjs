// From publish to a consumer of RabbitMQ: instances that publish as fast as the log takes it. Every event is durable in the gateway
// before it is sent, in order per chat, confirmed by a quorum queue, and its acknowledgement is durable too.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { RabbitMq } from '../../tests/e2e/lib/rabbitmq.mjs'
import { quiet } from './lib/daemon.mjs'
import { alternate, median } from './lib/numbers.mjs'
import { cpuMicroseconds, printed, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

const bodyBytes = 1500
const chats = 64 // of all instances together; also how many the peer has under way
const publisher = new URL('peers/amqp_publisher.mjs', import.meta.url).pathname

/** One round: rate from the first publish to the last arrival, and CPU of the gateway per event. */
async function throughGateway(broker, round, count, events) {
  const names = Array.from({ length: count }, (_, n) => `r${round}-${count}-${n}`)
  const queues = names.map((name) => `${name}.messages.upsert`)
  const consumer = await startPeer('amqp_consumer', [broker.uri(), `${events}`, ...queues])
  const gateway = await new Gateway({ env: quiet, config: `  generator: {}\n  rabbitmq: { uri: "${broker.uri()}" }` }).start()
  try {
    for (const instanceName of names) {
      const generator = { rate: 1e6, total: events / count, chats: chats / count, body_bytes: bodyBytes }
      const body = { instanceName, integration: 'GENERATOR', rabbitmq: { events: ['MESSAGES_UPSERT'] }, generator }
      const created = await gateway.call('POST', '/instance/create', { body })
      if (created.status !== 201) throw new Error(`${instanceName}: ${created.text}`)
    }
    const all = printed(consumer.child.stdout, /\{.*\}/, consumer.child)
    const before = cpuMicroseconds(gateway.pid)
    const begin = performance.timeOrigin + performance.now()
    await Promise.all(names.map((name) => gateway.call('GET', `/${name}/instance/connect`)))
    const { messages, lastAt } = JSON.parse(await all)
    const cpu = (cpuMicroseconds(gateway.pid) - before) / events
    return { rate: (1000 * events) / (lastAt - begin), cpu, repeats: messages - events }
  } finally {
    await gateway.remove()
    await consumer.stop()
  }
}

async function throughAmqplib(broker, round, events, width) {
  const name = `peer${round}-${width}`
  const consumer = await startPeer('amqp_consumer', [broker.uri(), `${events}`, `${name}.messages.upsert`])
  try {
    const all = printed(consumer.child.stdout, /\{.*\}/, consumer.child)
    const args = [broker.uri(), name, `${name}.messages.upsert`, events, bodyBytes, width]
    const { stdout } = await promisify(execFile)(process.execPath, [publisher, ...args.map(String)])
    const { begin, cpu } = JSON.parse(stdout)
    return { rate: (1000 * events) / (JSON.parse(await all).lastAt - begin), cpu: cpu / events }
  } finally {
    await consumer.stop()
  }
}

export default async function rabbitmq({ rounds, seconds }) {
  const events = 64 * Math.ceil((8_000 * seconds) / 64)
  const broker = await new RabbitMq().start()
  try {
    const [one, many, wide, single] = await alternate(
      Math.min(rounds, 3),
      (round) => throughGateway(broker, round, 1, events),
      (round) => throughGateway(broker, round, 16, events),
      (round) => throughAmqplib(broker, round, events, chats),
      (round) => throughAmqplib(broker, round, Math.ceil(events / 8), 1),
    )
    const line = (what, list, peer, name, key, rest) =>
      figure({
        what: `RabbitMQ with confirms, ${what}`,
        value: median(list.map((round) => round[key])),
        peer: { name, value: median(peer.map((round) => round[key])) },
        rounds: list.map((round) => round[key]),
        ...rest,
      })
    const [awaited, sideBySide] = ['amqplib, confirm by confirm', `amqplib, ${chats} at a time, nothing kept`]
    return [
      line('1 instance', one, single, awaited, 'rate', { unit: 'events/s', more: true, target: 5000, targetRatio: 2 }),
      line('1 instance', one, wide, sideBySide, 'rate', { unit: 'events/s', more: true, target: 5000 }),
      line('1 instance: CPU per event', one, wide, sideBySide, 'cpu', { unit: 'µs', more: false }),
      line('16 instances', many, wide, sideBySide, 'rate', { unit: 'events/s', more: true }),
      line('16 instances: CPU per event', many, wide, sideBySide, 'cpu', { unit: 'µs', more: false }),
    ]
  } finally {
    await broker.remove()
  }
}
