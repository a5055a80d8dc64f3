// The real broker, and what happens to it: whatever it is, what was published is consumed, each event under one id, in order per
// chat. The generator (tests/plugins/fixtures) is the network.
import { connect } from 'amqplib'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AmqpConsumer } from './lib/amqp_consumer.mjs'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { RabbitMq } from './lib/rabbitmq.mjs'
import * as spoken from './lib/spoken.mjs'
import { TcpProxy } from './lib/tcp_proxy.mjs'
import { until } from './lib/wait.mjs'

const CHATS = 6
const TOTAL = 600 // events of an instance in the middle of which something happens

let broker, proxy, contract, gateway
const consumers = []
before(async () => {
  broker = await new RabbitMq().start()
  await withChannel((channel) => channel.assertQueue('killed.messages.upsert', { arguments: { 'x-queue-type': 'quorum' } }))
  proxy = await new TcpProxy(broker.port).up()
  contract = await Contract.load()
  gateway = await new Gateway({
    config: `  generator: {}\n  rabbitmq: { uri: "${broker.uri({ port: proxy.port })}" }\n`,
  }).start()
})
after(async () => {
  await gateway?.remove()
  await Promise.all(consumers.map((one) => one.close()))
  await proxy?.down()
  await broker?.remove()
})

async function ask(status, method, path, options, at = gateway) {
  const answer = await at.call(method, path, options)
  contract.check(contract.find(method, path), answer)
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
  return answer.json
}
/** Creates an open instance that publishes `total` events at `rate`. */
async function opened(name, { rabbitmq, rate = 0.001, total = 1, at = gateway }) {
  const body = { instanceName: name, integration: 'GENERATOR', generator: { rate, total, chats: CHATS, body_bytes: 300 } }
  await ask(201, 'POST', '/instance/create', { body: rabbitmq ? { ...body, rabbitmq } : body }, at)
  await ask(200, 'GET', `/${name}/instance/connect`, {}, at)
  await spoken.open(at, name)
}
const say = (name, text, at = gateway) => spoken.say(at, name, text)
function consumer(queue) {
  const one = new AmqpConsumer(() => broker.uri(), queue)
  consumers.push(one)
  return one
}
const saying = (text) => [`the message ${text}`, ({ event }) => event.data.message?.conversation === text]
const isLogged = (what, from) => gateway.output.slice(from).includes(what)
const logged = (what, from) => until(`${what} in the log`, () => isLogged(what, from))
/** Traffic of `name`; resolves with its consumer when a part of it has come. */
async function running(name) {
  await opened(name, { rabbitmq: { events: ['MESSAGES_UPSERT', 'SEND_MESSAGE'] }, rate: 200, total: TOTAL })
  const all = consumer(`${name}.messages.upsert`)
  await until(`the first events of ${name}`, () => all.received.length >= 20)
  return all
}
/** Whatever `use` does on a connection of its own. */
async function withChannel(use) {
  const connection = await connect(broker.uri())
  try {
    const channel = await connection.createChannel()
    return await use(channel)
  } finally {
    await connection.close()
  }
}

test('an event goes to the exchange of its instance, persistent, with its names, and set and find speak of it', async () => {
  await opened('loja 1', {})
  assert.deepEqual(await ask(200, 'GET', '/loja 1/rabbitmq/find'), { instance: 'loja 1', rabbitmq: null })
  assert.equal(await ask(200, 'GET', '/rabbitmq/find/loja 1'), null)
  const set = await ask(201, 'POST', '/loja 1/rabbitmq/set', { body: { rabbitmq: { events: ['SEND_MESSAGE'] } } })
  assert.deepEqual(set, { instance: 'loja 1', rabbitmq: { enabled: true, events: ['SEND_MESSAGE'] } })
  assert.deepEqual(await ask(200, 'GET', '/loja 1/rabbitmq/find'), set)
  const row = await ask(201, 'POST', '/rabbitmq/set/loja 1', { body: { rabbitmq: { enabled: true, events: ['SEND_MESSAGE'] } } })
  assert.deepEqual(Object.keys(row), ['id', 'enabled', 'events', 'createdAt', 'updatedAt', 'instanceId'])
  await say('loja 1', 'hello')
  const { event, fields, properties } = await consumer('loja 1.send.message').wait(...saying('hello'))
  assert.deepEqual(Object.keys(event), ['event', 'instance', 'data', 'date_time', 'sender', 'server_url', 'apikey'])
  assert.deepEqual([fields.exchange, fields.routingKey], ['loja 1', 'send.message'])
  assert.equal(properties.deliveryMode, 2)
  assert.equal(properties.contentType, 'application/json')
  assert.equal(properties.type, 'send.message')
  assert.equal(properties.appId, 'colibri')
  assert.match(properties.messageId, /^[0-9A-Z]{26}$/)
  assert.ok(Math.abs(properties.timestamp - Date.now() / 1000) < 60)
  assert.ok(properties.headers['x-colibri-sequence'] > 0)
  await withChannel(async (channel) => {
    await channel.assertExchange('loja 1', 'topic', { durable: true, autoDelete: false })
    await channel.assertQueue('loja 1.send.message', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  })
  await ask(400, 'POST', '/loja 1/rabbitmq/set', { body: { events: ['NOPE'] } })
})

test('what is there already with other properties is used as it is', async () => {
  await withChannel(async (channel) => {
    await channel.assertExchange('old', 'direct', { durable: false })
    await channel.assertQueue('old.send.message', { durable: true })
  })
  await opened('old', { rabbitmq: { events: ['SEND_MESSAGE'] } })
  await say('old', 'classic')
  await consumer('old.send.message').wait(...saying('classic'))
  const said = () => gateway.output.match(/used as it is.*old/g)?.length ?? 0
  await until('both to be told', () => said() >= 2)
  assert.equal(said(), 2, 'said once for each')
})

test('a deleted queue, then a deleted exchange, are made again, and the event that found none arrives', async () => {
  await opened('gone', { rabbitmq: { events: ['SEND_MESSAGE'] } })
  await say('gone', 'one')
  const all = consumer('gone.send.message')
  await all.wait(...saying('one'))
  await withChannel((channel) => channel.deleteQueue('gone.send.message'))
  await say('gone', 'two')
  await all.wait(...saying('two'))
  await withChannel((channel) => channel.deleteExchange('gone'))
  await say('gone', 'three')
  await all.wait(...saying('three'))
  assert.deepEqual([...new Set(all.received.map(({ event }) => event.data.message.conversation))], ['one', 'two', 'three'])
})

test('kill -9 of the broker in the middle of it', { timeout: 180_000 }, async () => {
  await broker.keeps('killed.messages.upsert')
  const all = await running('killed')
  await broker.kill()
  await logged('the broker cannot be reached')
  await broker.start()
  await all.all(TOTAL, CHATS)
})

test('the connection is dropped, again and again', { timeout: 180_000 }, async () => {
  const all = await running('dropped')
  for (let times = 1; times <= 3; times++) {
    const from = gateway.output.length
    proxy.cut()
    await logged('the connection to the broker is lost', from)
    await logged('connected to the broker', from)
  }
  await all.all(TOTAL, CHATS)
})

test('the memory alarm pauses it, and nothing is lost or dead', { timeout: 180_000 }, async () => {
  const all = await running('alarmed')
  const from = gateway.output.length
  await broker.memoryAlarm(true)
  let said = 0
  await until('the alarm to be noticed, by the next message after it', async () => {
    await say('alarmed', `message ${++said}`)
    return isLogged('the broker takes no messages for now', from)
  })
  await broker.memoryAlarm(false)
  await logged('the broker takes messages again', from)
  await all.all(TOTAL, CHATS)
  await consumer('alarmed.send.message').wait(...saying(`message ${said}`))
})

test('a queue that is full and refuses more makes them wait, and nothing is lost or dead', { timeout: 180_000 }, async () => {
  const room = 40
  const limit = JSON.stringify({ 'max-length': room, overflow: 'reject-publish' })
  await broker.ctl('set_policy', 'full', '^full[.]', limit, '--apply-to', 'queues')
  await opened('full', { rabbitmq: { events: ['MESSAGES_UPSERT'] }, rate: 200, total: TOTAL })
  const lanes = async () => (await ask(200, 'GET', '/full/deliveries/lanes')).lanes
  await until(
    () => 'its lane to wait for room',
    async () => (await lanes()).some(({ state, reason }) => state === 'probing' && /did not take it/.test(reason)),
    30_000,
  )
  const all = consumer('full.messages.upsert')
  await until('room', () => all.received.length >= room / 2)
  await ask(200, 'POST', '/full/deliveries/resume', { body: { lane: 'rabbitmq/events' } })
  await all.all(TOTAL, CHATS)
  assert.ok(all.received.length < TOTAL + room, `${all.received.length} messages for ${TOTAL} events`)
  assert.deepEqual((await ask(200, 'GET', '/full/deliveries/deadLetters')).deadLetters, [])
})

test('a password that is wrong, until it is mended, is told and not shown', { timeout: 180_000 }, async () => {
  const all = await running('locked')
  const from = gateway.output.length
  await broker.ctl('change_password', 'guest', 'another')
  proxy.cut()
  await logged('ACCESS_REFUSED', from)
  await broker.ctl('change_password', 'guest', 'guest')
  await all.all(TOTAL, CHATS)
  assert.ok(!gateway.output.includes('guest:guest'))
})

test('one exchange for all: its queues are there before the first event, and every instance is in them', { timeout: 180_000 }, async () => {
  const global = await new Gateway({
    config: '  generator: {}\n  rabbitmq: {}\n',
    env: {
      RABBITMQ_ENABLED: 'true',
      RABBITMQ_URI: broker.uri(),
      RABBITMQ_GLOBAL_ENABLED: 'true',
      RABBITMQ_EXCHANGE_NAME: 'evolution',
      RABBITMQ_PREFIX_KEY: 'pre',
      RABBITMQ_EVENTS_SEND_MESSAGE: 'true',
      RABBITMQ_EVENTS_GROUP_PARTICIPANTS_UPDATE: 'true',
    },
  }).start()
  try {
    const sent = consumer('pre.send.message')
    await until('the queue', () => sent.consuming)
    await withChannel(async (channel) => {
      await channel.checkQueue('pre.group-participants.update')
      await channel.checkExchange('evolution')
    })
    for (const name of ['first', 'second']) {
      await opened(name, { at: global })
      await say(name, `of ${name}`, global)
      const { event, fields } = await sent.wait(...saying(`of ${name}`))
      assert.equal(event.instance, name)
      assert.deepEqual([fields.exchange, fields.routingKey], ['evolution', 'send.message'])
    }
    await opened('both', { rabbitmq: { events: ['SEND_MESSAGE'] }, at: global })
    await say('both', 'twice', global)
    const [one, other] = await Promise.all(
      [sent, consumer('both.send.message')].map((queue) => queue.wait(...saying('twice'))),
    )
    assert.equal(one.id, other.id)
    assert.equal((await global.stop()).code, 0)
  } finally {
    await global.remove()
  }
})

test('TLS is taken only from the broker that was meant', async () => {
  const over = async (host, more, wanted) => {
    const one = await new Gateway({
      config: `  generator: {}\n  rabbitmq: { uri: "amqps://guest:guest@${host}:${broker.tlsPort}"${more} }\n`,
    }).start()
    try {
      await until(() => `${wanted}: ${one.output.slice(-1000)}`, () => one.output.includes(wanted))
      if (wanted !== 'connected to the broker') return
      await opened('sealed', { rabbitmq: { events: ['SEND_MESSAGE'] }, at: one })
      await say('sealed', 'hello', one)
      await consumer('sealed.send.message').wait(...saying('hello'))
    } finally {
      await one.remove()
    }
  }
  const trusted = `, ca_file: "${broker.certificate}"`
  await over('localhost', trusted, 'connected to the broker')
  await over('localhost', '', 'SSL peer cert verification failed')
  await over('127.0.0.1', trusted, 'SSL hostname verification failed')
})

test('without a broker nobody can enable it', async () => {
  const none = await new Gateway({ config: '  generator: {}\n  rabbitmq: {}\n' }).start()
  try {
    const created = await none.call('POST', '/instance/create', {
      body: { instanceName: 'never', rabbitmq: { enabled: true } },
    })
    assert.equal(created.status, 400)
    assert.match(created.text, /rabbitmq\.enabled: must be false: RabbitMQ is disabled/)
    assert.equal((await none.call('GET', '/never/instance/connectionState')).status, 404)
    await opened('alone', { at: none })
    for (const path of ['/alone/rabbitmq/set', '/rabbitmq/set/alone']) {
      const answer = await none.call('POST', path, { body: { rabbitmq: { enabled: true, events: [] } } })
      assert.equal(answer.status, 400)
      assert.match(answer.json.response.message[0], /rabbitmq\.enabled: must be false: RabbitMQ is disabled/)
    }
    assert.equal((await none.call('POST', '/alone/rabbitmq/set', { body: { enabled: false } })).status, 201)
  } finally {
    await none.remove()
  }
})
