// The daemon on a machine whose clock is set wrong, forward and back, while it runs and while it is stopped: what it has
// acknowledged reaches its receiver all the same.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Gateway, program } from './lib/gateway.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { storyOf } from './lib/story.mjs'
import { until } from './lib/wait.mjs'

const NAME = 'shop'
const MESSAGES = 19
const DAYS_400 = 400 * 86_400
let gateway, sink
before(async () => {
  gateway = await new Gateway({ config: '  generator: {}\n', env: { LD_PRELOAD: program('tests/jumped-clock.so') } })
  gateway.env.JUMPED_CLOCK = join(gateway.dir, 'ahead')
  setAhead(0)
  await gateway.start()
  sink = await new Sink(gateway).up()
})
after(async () => {
  await gateway?.remove()
  await sink?.down()
})

/** The daemon's wall clock is so many seconds ahead from now on. */
function setAhead(seconds) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(seconds))
  writeFileSync(gateway.env.JUMPED_CLOCK, bytes, { flag: gateway.child ? 'r+' : 'w' })
}
const shown = async () => Date.parse((await fetch(`${gateway.url}/health`)).headers.get('date')) - Date.now()
const lanes = async () => (await gateway.call('GET', `/${NAME}/deliveries/lanes`)).json.lanes
const open = () => until('the instance to be open', async () => (await gateway.state(NAME)) === 'open')
const jumps = async () => Number((await gateway.call('GET', '/metrics')).text.match(/^colibri_clock_jumps_seen_total (\d+)$/m)?.[1])
/** The endpoint was tried again, twice. */
async function triedAgain() {
  const before = sink.attempts.length + sink.unverified.length
  await until('two more attempts', () => sink.attempts.length + sink.unverified.length >= before + 2, 60_000)
}
async function nothingIsGivenUp() {
  const [lane] = await lanes()
  assert.equal(lane.state, 'probing')
  assert.ok(lane.backlog >= MESSAGES) // and what nobody asked for
  assert.equal(lane.deadLetters, 0)
}

test('a clock that jumps loses no acknowledged message', { timeout: 300_000 }, async (t) => {
  const step = storyOf(t)

  await step('messages wait for an endpoint that is away', async () => {
    const body = {
      instanceName: NAME,
      integration: 'GENERATOR',
      generator: { rate: 0.001, total: 1 },
      webhook: { url: sink.url, events: ['SEND_MESSAGE'] },
    }
    sink.answer = () => 503
    assert.equal((await gateway.call('POST', '/instance/create', { body })).status, 201)
    await gateway.call('GET', `/${NAME}/instance/connect`)
    await open()
    for (let n = 0; n < MESSAGES; n++) {
      const sent = await gateway.call('POST', `/${NAME}/message/sendText`, { body: { number: '15550000010', text: `text ${n}` } })
      assert.equal(sent.status, 201, sent.text)
    }
  })

  await step('the clock jumps 400 days ahead: it is shown, noticed, and not believed', async () => {
    setAhead(DAYS_400)
    assert.ok(Math.abs((await shown()) / 1000 - DAYS_400) < 60)
    await triedAgain()
    await nothingIsGivenUp()
    await until('the jump to be counted', async () => (await jumps()) === 1, 30_000)
  })

  await step('the gateway is stopped, and the clock is 400 days behind when it starts', async () => {
    await gateway.stop()
    setAhead(-DAYS_400)
    await gateway.start()
    await open()
    await triedAgain()
    await nothingIsGivenUp()
  })

  await step('the clock is right again and the endpoint is back: everything arrives, with its body, in order', async () => {
    setAhead(0)
    sink.answer = () => 200
    await until('everything to arrive', () => sink.of('send.message').length >= MESSAGES, 90_000)
    assert.deepEqual(
      sink.of('send.message').map(textOf),
      Array.from({ length: MESSAGES }, (_, n) => `text ${n}`),
    )
    assert.deepEqual((await gateway.call('GET', `/${NAME}/deliveries/deadLetters`)).json.deadLetters, [])
  })
})
