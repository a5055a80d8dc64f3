// Dead letters, replays, suspension and what is shown of them, against the running daemon and a real endpoint that changes its mind.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { Contract } from './lib/contract.mjs'
import { Gateway, program } from './lib/gateway.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { storyOf } from './lib/story.mjs'
import { until } from './lib/wait.mjs'

const NAME = 'shop'
const LANE = 'webhook/events'
let contract, gateway, sink, key
before(async () => {
  contract = await Contract.load()
  gateway = await new Gateway({ config: '  generator: {}\n' }).start()
  sink = await new Sink(gateway).up()
})
after(async () => {
  await gateway?.remove()
  await sink?.down()
})

/** With the instance's key, or the global one `asOperator`; the answer must be one of the document's. */
async function ask(method, action, { query = '', body, status = 200, asOperator = false } = {}) {
  const path = `/${NAME}/deliveries/${action}${query}`
  const answer = await gateway.call(method, path, { key: asOperator ? gateway.key : key, body })
  contract.check(contract.find(method, path), answer)
  assert.equal(answer.status, status, `${path}: ${answer.text}`)
  return answer.json
}
const lane = async (by = {}) => (await ask('GET', 'lanes', by)).lanes.find((one) => one.lane === LANE)
const letters = async (by = {}) => (await ask('GET', 'deadLetters', by)).deadLetters
const asOperator = { asOperator: true }
// The endpoint is on loopback, which is not public: this is all that an instance's key is told of it.
const NOT_TAKEN = 'the target did not take the event; what one on a private network answers is shown to the global key only'
const replay = (body) => ask('POST', 'replay', { body })
const open = () => until('the instance to be open', async () => (await gateway.state(NAME)) === 'open')

/** Resolves once the event of this message is durable. Each number is a chat of its own, so none waits for another. */
async function say(text, number) {
  const answer = await gateway.call('POST', `/${NAME}/message/sendText`, { body: { number, text } })
  assert.equal(answer.status, 201, answer.text)
}
const arrived = (text) => sink.wait('send.message', (event) => textOf(event) === text, 70_000)
const givenUp = (count) =>
  until(`${count} dead letters`, async () => (await letters()).length === count && (await lane()).inFlight === 0, 30_000)
const noneLeft = () => until('no dead letter to be left', async () => (await letters()).length === 0)

function colibrictl(...words) {
  const args = ['deliveries', ...words, '--config', gateway.configFile, '--url', gateway.url]
  return spawnSync(program('colibrictl'), args, { env: gateway.env, encoding: 'utf8' })
}

test('what an endpoint rejects comes back when it is asked for', { timeout: 300_000 }, async (t) => {
  const step = storyOf(t)
  let dead

  await step('events that are answered 400 become dead letters, and the attempts say why', async () => {
    const body = {
      instanceName: NAME,
      integration: 'GENERATOR',
      generator: { rate: 0.001, total: 1 },
      webhook: { url: sink.url, events: ['SEND_MESSAGE'] },
    }
    key = (await gateway.call('POST', '/instance/create', { body })).json.hash.apikey
    await gateway.call('GET', `/${NAME}/instance/connect`)
    await open()
    sink.answer = () => ({ status: 400, body: 'no such order '.repeat(100) })
    for (const n of [0, 1, 2, 3, 4]) await say(`text ${n}`, `1555000001${n}`)
    await givenUp(5)
    dead = await letters()
    for (const letter of await letters(asOperator)) assert.equal(letter.reason, `${NOT_TAKEN}: HTTP 400`)
    for (const letter of dead) {
      assert.equal(letter.reason, NOT_TAKEN)
      assert.equal(letter.attempts, 3)
      assert.equal(letter.type, 'send.message')
      assert.equal(sink.attempts.filter((one) => one.id === letter.eventId).length, 3)
    }
    const whole = await ask('GET', 'deadLetters', { query: `?id=${dead[0].id}` })
    assert.match(textOf(whole), /^text \d$/)
    await ask('GET', 'deadLetters', { query: '?id=4711', status: 404 })
    for (const { outcome, status, response, latencyMs, detail } of (await ask('GET', 'attempts')).attempts)
      assert.deepEqual([outcome, status, response, latencyMs, detail], ['event rejected', null, null, null, NOT_TAKEN])
    const { attempts } = await ask('GET', 'attempts', { query: `?lane=${LANE}`, ...asOperator })
    assert.equal(attempts.length, 15)
    for (const attempt of attempts) {
      assert.equal(attempt.outcome, 'event rejected')
      assert.equal(attempt.status, 400)
      assert.equal(attempt.response, 'no such order '.repeat(100).slice(0, 1024))
      assert.ok(attempt.latencyMs > 0 && attempt.latencyMs < 10_000)
    }
    assert.equal((await lane()).deadLetters, 5)
  })

  await step('mended, they arrive by id, by filter and by range, under their ids, and the list is empty', async () => {
    sink.answer = () => ({ status: 200, body: 'thanks' })
    const once = (letter) =>
      until(`${letter.eventId} at the sink`, () => sink.received.some((one) => one.id === letter.eventId))
    const [byId, byFilter, purged, ...byRange] = dead
    assert.equal((await replay({ id: byId.id })).replaying, 1)
    await once(byId)
    assert.equal((await replay({ chat: byFilter.chat, type: 'send.message' })).replaying, 1)
    await once(byFilter)
    assert.match(colibrictl('dead-letters', NAME).stdout, new RegExp(`^${purged.id}  .*HTTP 400$`, 'm'))
    assert.equal(colibrictl('purge', NAME, '--id', String(purged.id)).stdout, '1 dead letter thrown away\n')
    const from = byRange[0].diedAt
    assert.equal((await replay({ from: '2020-01-01T00:00:00Z', to: from, lane: LANE })).replaying, 0)
    assert.equal((await replay({ from })).replaying, 2)
    for (const letter of byRange) await once(letter)
    await noneLeft()
    assert.ok(!sink.received.some((one) => one.id === purged.eventId))
    const [last] = (await ask('GET', 'attempts', { query: '?limit=1', ...asOperator })).attempts
    assert.deepEqual(
      [last.outcome, last.status, last.response, last.replay, last.attempt],
      ['delivered', 200, 'thanks', true, 1],
    )
  })

  await step('kill -9 between the answer to a replay and its delivery loses nothing', async () => {
    sink.answer = () => 400
    await say('killed', '15550000020')
    await givenUp(1)
    const [letter] = await letters()
    await sink.down()
    assert.equal((await replay({ all: true })).replaying, 1)
    await gateway.kill9()
    sink.answer = () => 200
    await sink.up()
    await gateway.start()
    await arrived('killed')
    assert.equal(sink.received.at(-1).id, letter.eventId)
    await noneLeft()
    const { attempts } = await ask('GET', 'attempts')
    assert.ok(attempts.some((one) => one.eventId === dead[0].eventId), 'attempts of before are still there')
  })

  await step('410 suspends the lane with its reason; resumed, everything arrives', async () => {
    await open()
    sink.answer = () => 410
    await say('first', '15550000030')
    await until('the lane to be suspended', async () => (await lane()).state === 'suspended')
    for (const n of [1, 2]) await say(`later ${n}`, '15550000030')
    const shown = await lane()
    assert.equal(shown.reason, NOT_TAKEN)
    assert.equal((await lane(asOperator)).reason, `${NOT_TAKEN}: HTTP 410`)
    assert.ok(shown.backlog >= 3, JSON.stringify(shown))
    assert.match(colibrictl('lanes', NAME).stdout, /webhook\/events {2}suspended[^]*HTTP 410/)
    assert.equal((await ask('GET', 'attempts', { query: '?limit=1' })).attempts[0].outcome, 'gone')
    sink.answer = () => 200
    await ask('POST', 'resume', { body: { lane: LANE } })
    for (const text of ['first', 'later 1', 'later 2']) await arrived(text)
    await until('the lane to be active', async () => (await lane()).state === 'active')
  })

  await step('an endpoint that is down is probed now when it is asked for', async () => {
    await sink.down()
    await say('down', '15550000040')
    await until('three failed probes', async () =>
      (await ask('GET', 'attempts', { query: '?limit=3' })).attempts.every((one) => one.outcome === 'endpoint failed'),
    )
    const failing = await lane()
    assert.match(failing.reason, /^the target cannot be reached: .*http_client\.allow/)
    assert.match((await lane(asOperator)).reason, /: cannot connect to 127\.0\.0\.1:\d+$/)
    assert.equal(failing.state, 'probing')
    assert.ok(failing.nextProbeAt && failing.failingSince && failing.reason, JSON.stringify(failing))
    await sink.up()
    assert.equal(colibrictl('resume', NAME, '--lane', LANE).stdout, 'webhook/events goes on\n')
    await arrived('down')
  })

  await step('colibrictl says what is wrong, by its exit code too', async () => {
    assert.match(colibrictl('attempts', NAME, '--limit', '2').stdout, /delivered {2}status 200/)
    assert.equal(colibrictl('replay', NAME, '--all').stdout, '0 dead letters will be delivered again\n')
    const unknown = colibrictl('lanes', 'nobody')
    assert.equal(unknown.status, 1)
    assert.match(unknown.stderr, /The "nobody" instance does not exist/)
    assert.equal(colibrictl('purge', NAME).status, 2)
    const away = spawnSync(
      program('colibrictl'),
      ['deliveries', 'lanes', NAME, '--config', gateway.configFile, '--url', 'http://127.0.0.1:1'],
      { env: gateway.env, encoding: 'utf8' },
    )
    assert.equal(away.status, 1)
    assert.match(away.stderr, /no gateway answers at http:\/\/127\.0\.0\.1:1 .*tools\/up.*--url/)
  })
})

test('who may set a webhook does not learn from it what there is on the inside', { timeout: 60_000 }, async () => {
  const strict = await new Gateway({ config: '  generator: {}\n', env: { HTTP_CLIENT_ALLOW: 'receiver.test:1' } }).start()
  try {
    const { port } = new URL(sink.url)
    const targets = [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'http://127.0.0.1:1/', 'http://169.254.169.254/']
    const told = []
    for (const [i, url] of targets.entries()) {
      const name = `tenant${i}`
      const body = { instanceName: name, integration: 'GENERATOR', generator: { rate: 0.001, total: 1 }, webhook: { url } }
      const { json } = await strict.call('POST', '/instance/create', { body })
      const seen = async (as) => {
        const { attempts } = (await strict.call('GET', `/${name}/deliveries/attempts`, { key: as })).json
        const { lanes } = (await strict.call('GET', `/${name}/deliveries/lanes`, { key: as })).json
        return { attempt: attempts.at(-1), reason: lanes[0]?.reason }
      }
      await until(`an attempt of ${name}`, async () => (await seen(strict.key)).attempt)
      const { attempt, reason } = await seen(json.hash.apikey)
      const { outcome, status, latencyMs, detail, response } = attempt
      told.push({ outcome, status, latencyMs, detail, response, reason })
      const operators = await seen(strict.key)
      assert.ok(operators.attempt.detail.startsWith(`${detail}: `) && operators.attempt.latencyMs >= 0, operators.attempt.detail)
    }
    assert.match(told[0].detail, /http_client\.allow, HTTP_CLIENT_ALLOW/)
    for (const one of told) assert.deepEqual(one, told[0])
  } finally {
    await strict.remove()
  }
})
