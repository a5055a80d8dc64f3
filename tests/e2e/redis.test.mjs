// Sessions in Redis, told in order with real parts: restarts, a Redis that is killed during traffic, moving to the
// database and back, a flush, a deletion.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { trustRoot, post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway, program } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { Redis } from './lib/redis.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { storyOf } from './lib/story.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001',
  BOB = '15550000002'
const NAME = 'first'
const IN_REDIS = 'CACHE_REDIS_SAVE_INSTANCES'
let sim, redis, gateway, sink, bob, id

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  redis = await new Redis().start()
  gateway = await new Gateway({
    sim,
    env: { CACHE_REDIS_ENABLED: 'true', CACHE_REDIS_URI: redis.uri, [IN_REDIS]: 'true' },
  }).start()
  sink = await new Sink(gateway).up()
  bob = await pairedPeer(sim, 'Bob', BOB)
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sink?.down()
  await redis?.remove()
  await sim?.stop()
})

const isState = (state, ms = 30_000) =>
  until(
    async () => `${state}; it is ${await gateway.state(NAME)}`,
    async () => (await gateway.state(NAME)) === state,
    ms,
  )
const metrics = async () => (await gateway.call('GET', '/metrics')).text
const isUp = (up) =>
  until(`the gateway to notice that Redis is ${up ? 'there' : 'away'}`, async () =>
    (await metrics()).includes(`\ncolibri_redis_connection_up_count ${up}\n`),
  )
const codes = () => sink.of('qrcode.updated').length
const bobSays = (text) => bob.sock.sendMessage(`${US}@s.whatsapp.net`, { text })
const texts = (prefix) => [
  ...new Map(
    sink
      .of('messages.upsert')
      .filter((event) => textOf(event)?.startsWith(prefix))
      .map((event) => [event.id, textOf(event)]),
  ).values(),
]
const move = (to) =>
  spawnSync(program('colibrictl'), ['sessions', 'move', '--to', to, '--config', gateway.configFile], {
    env: gateway.env,
    encoding: 'utf8',
  })

test('the story of a session in Redis', { timeout: 300_000 }, async (t) => {
  const step = storyOf(t)

  await step('a paired instance has its session in Redis', async () => {
    const instance = await created(gateway, NAME, US, sink.url)
    await pair(gateway, sim, instance)
    id = instance.id
    assert.ok(Number(redis.ask('HLEN', `colibri:instance:${id}`)) > 100)
    for (const plain of [US, 'noiseKey', 'Bob'])
      assert.ok(!redis.ask('HVALS', `colibri:instance:${id}`).includes(plain), 'it is sealed')
    await bobSays('hello')
    await sink.wait('messages.upsert', (event) => textOf(event) === 'hello')
  })

  await step('after a restart it opens with no new QR code', async () => {
    const shown = codes()
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
    await gateway.start()
    await isState('open')
    assert.equal(codes(), shown)
  })

  await step('Redis is killed during traffic, twice: every message arrives, in order, under one id', async () => {
    const from = gateway.output.length
    for (let n = 0; n < 90; n++) {
      await bobSays(`n ${n}`)
      if (n === 15 || n === 55) await redis.kill()
      if (n !== 35 && n !== 75) continue
      await isUp(0)
      await redis.start()
      await isUp(1)
    }
    await until(
      () => `all texts; there are ${texts('n ').length}`,
      () => texts('n ').length >= 90,
      120_000,
    )
    assert.deepEqual(
      texts('n '),
      Array.from({ length: 90 }, (_, n) => `n ${n}`),
    )
    const down = () => gateway.output.slice(from).split('\n').filter((line) => line.includes('no sessions:'))
    await until('both outages to be told', () => down().length >= 2)
    assert.ok(down().length <= 4, down().join('\n'))
    assert.match(await metrics(), /^colibri_redis_connection_up_count 1$/m)
    assert.match(await metrics(), /^colibri_redis_losses_found_total 0$/m)
  })

  await step('kill -9 of the gateway during traffic loses nothing either', async () => {
    for (let n = 0; n < 40; n++) {
      await bobSays(`k ${n}`)
      if (n === 20) {
        await gateway.kill9()
        await gateway.start()
      }
    }
    await until('all texts', () => texts('k ').length >= 40, 120_000)
    assert.deepEqual(
      texts('k '),
      Array.from({ length: 40 }, (_, n) => `k ${n}`),
    )
  })

  await step('the gateway does not start where the sessions are not, and says what to run', async () => {
    const running = move('database')
    assert.equal(running.status, 1)
    assert.match(running.stderr, /in use by another process; stop that one first/)
    await gateway.stop()
    gateway.env[IN_REDIS] = 'false'
    await assert.rejects(gateway.start(), /run colibrictl sessions move --to database/)
    const moved = move('database')
    assert.equal(moved.status, 0, moved.stdout + moved.stderr)
    assert.match(moved.stdout, /^first: \d+ entries moved to the database$/m)
    assert.equal(redis.ask('DBSIZE'), '0')
  })

  await step('moved to the database and back, it opens with no new QR code', async () => {
    const shown = codes()
    await gateway.start()
    await isState('open')
    await gateway.stop()
    gateway.env[IN_REDIS] = 'true'
    await assert.rejects(gateway.start(), /run colibrictl sessions move --to redis/)
    const moved = move('redis')
    assert.equal(moved.status, 0, moved.stdout + moved.stderr)
    await gateway.start()
    await isState('open')
    await bobSays('still here')
    await sink.wait('messages.upsert', (event) => textOf(event) === 'still here', 30_000)
    assert.equal(codes(), shown)
  })

  await step('a flush ends in logged out with the reason: no QR code unasked, no half session', async () => {
    const shown = codes()
    redis.ask('FLUSHALL')
    await bobSays('after the flush')
    await isState('close')
    await sink.wait('logout.instance')
    for (const line of [/to=logged-?out.*credentials are gone from the store/i, /Redis has lost what it had confirmed/])
      await until(`${line}`, () => line.test(gateway.output))
    assert.equal(codes(), shown)
    assert.equal(redis.ask('EXISTS', `colibri:instance:${id}`), '0')
    const again = await gateway.call('GET', `/${NAME}/instance/connect`)
    assert.equal(again.status, 200, again.text)
    await post(sim.adminUrl, 'scan-qr', { qr: again.json.qrcode.code, phone: US, name: 'Us' })
    await isState('open')
  })

  await step('delete leaves no key of the instance in Redis', async () => {
    assert.equal(redis.ask('EXISTS', `colibri:instance:${id}`), '1')
    const answer = await gateway.call('DELETE', `/${NAME}/instance/delete`)
    assert.equal(answer.status, 200, answer.text)
    await until('the purge', () => gateway.output.includes(`deleted instance=${NAME}`))
    assert.equal(redis.ask('KEYS', `*${id}*`), '')
    for (const key of redis.ask('KEYS', '*').split('\n')) assert.ok(!redis.ask('HKEYS', key).includes(id), key)
  })
})
