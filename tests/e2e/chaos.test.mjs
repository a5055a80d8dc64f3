// Everything at once: three instances, 20,000 events, each to a webhook with moods, to RabbitMQ over a line that breaks, and to a client of
// Socket.IO that loses its connection; and a gateway that is killed twice in the middle. Each of them gets every event, repeats only under
// the same id, each chat in order. COLIBRI_CHAOS_SEED repeats the receivers' moods.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { AmqpConsumer } from './lib/amqp_consumer.mjs'
import { Gateway } from './lib/gateway.mjs'
import { GeneratorLedger } from './lib/ledger.mjs'
import { Listener } from './lib/listener.mjs'
import { MoodyReceiver } from './lib/moody.mjs'
import { RabbitMq } from './lib/rabbitmq.mjs'
import { Random } from './lib/random.mjs'
import { TcpProxy } from './lib/tcp_proxy.mjs'
import { until } from './lib/wait.mjs'

const INSTANCES = ['one', 'two', 'three']
const TOTAL = 6667,
  CHATS = 20,
  RATE = 300,
  FAULT_ONE_IN = 500,
  CUT_ONE_IN = 1000 // a client of Socket.IO loses its connection
const seed = Number(process.env.COLIBRI_CHAOS_SEED ?? randomInt(2 ** 31))
const random = new Random(seed)

let broker, line, gateway
const receivers = []
const clients = []
const consumers = []
const histories = []
before(async () => {
  broker = await new RabbitMq().start()
  line = await new TcpProxy(broker.port).up()
  gateway = await new Gateway({
    config: `  generator: {}\n  rabbitmq: { uri: "${broker.uri({ port: line.port })}" }\n  websocket: {}\n`,
    env: { COLIBRI_WEBHOOK_TIMEOUT_MS: '1000', LOG_LEVEL: 'info' },
  }).start()
})
after(async () => {
  for (const client of clients) client.listener?.close()
  await gateway?.remove()
  await Promise.all(receivers.map((receiver) => receiver.down()))
  await Promise.all(consumers.map((consumer) => consumer.close()))
  await line?.down()
  await broker?.remove()
})

function history(name) {
  const made = new GeneratorLedger(name, { total: TOTAL, chats: CHATS })
  histories.push(made)
  return made
}

/** A client that remembers where it was, and comes back to every gateway that starts. */
class Client {
  constructor(instance, key) {
    Object.assign(this, { instance, key, heard: history(`Socket.IO of ${instance}`), lastSeq: '0', cuts: 0 })
  }
  join() {
    this.listener?.close()
    this.listener = new Listener(gateway, `/${this.instance}`, {
      auth: (give) => give({ apikey: this.key, lastSeq: this.lastSeq }),
      transports: ['websocket'],
    })
    this.listener.socket.on('messages.upsert', (event, offset) => this.#hear(event, offset))
  }
  #hear({ data }, offset) {
    this.lastSeq = offset
    this.heard.add(data.n, offset)
    if (random.next(CUT_ONE_IN) > 0) return
    this.cuts++
    this.listener.cut()
  }
}

async function create(instanceName) {
  const heard = history(`webhook of ${instanceName}`)
  const receiver = new MoodyReceiver(random, FAULT_ONE_IN, ({ data }, headers) => heard.add(data.n, headers['webhook-id']))
  receivers.push(await receiver.up())
  const events = ['MESSAGES_UPSERT']
  const answer = await gateway.call('POST', '/instance/create', {
    body: {
      instanceName,
      integration: 'GENERATOR',
      webhook: { url: receiver.url, events },
      rabbitmq: { events },
      websocket: { events },
      generator: { rate: RATE, total: TOTAL, chats: CHATS, body_bytes: 400 },
    },
  })
  assert.equal(answer.status, 201, answer.text)
  const client = new Client(instanceName, answer.json.hash.apikey)
  clients.push(client)
  client.join()
}

function consume(instance) {
  const heard = history(`RabbitMQ of ${instance}`)
  consumers.push(
    new AmqpConsumer(
      () => broker.uri(),
      `${instance}.messages.upsert`,
      ({ id, event }) => heard.add(event.data.n, id),
    ),
  )
}

const count = (what) => histories.reduce((sum, one) => sum + one[what], 0)
const share = () => 1 - count('missing') / (TOTAL * histories.length)
const reached = (least, ms) =>
  until(
    () => `${least} of all events; missing: ${histories.filter((one) => one.missing).map((one) => `${one.name} ${one.missing}`)}`,
    () => share() >= least,
    ms,
  )

test('nobody loses an event, whatever receivers, lines and the gateway suffer', { timeout: 300_000 }, async (t) => {
  t.diagnostic(`seed ${seed}`)
  for (const name of INSTANCES) await create(name)
  for (const name of INSTANCES) {
    const answer = await gateway.call('GET', `/${name}/instance/connect`)
    assert.equal(answer.status, 200, answer.text)
    consume(name)
  }
  for (const least of [0.3, 0.6]) {
    await reached(least - 0.15, 90_000)
    line.cut()
    await reached(least, 90_000)
    await gateway.kill9()
    await gateway.start()
    for (const client of clients) client.join()
  }
  await reached(1, 150_000)
  for (const heard of histories) heard.check()
  const suffered = receivers.flatMap((receiver) => [...receiver.suffered]).map(([fault, times]) => `${times} ${fault}`)
  const cuts = clients.map((client) => client.cuts)
  t.diagnostic(`${count('arrivals')} arrivals, ${count('repeats')} of them repeats; webhooks: ${suffered.join(', ')}; clients cut: ${cuts}`)
  assert.ok(count('repeats') > 0, 'a run in which nothing came twice has tested nothing')
  assert.equal(histories.filter((one) => one.name.startsWith('Socket.IO') && one.repeats > 0).length, 0)
})
