// Everything at once: three instances, 20,000 events, receivers that fail in every way there is, and a gateway that is killed twice in
// the middle. Each receiver gets every event, repeats only under the same id, each chat in order. COLIBRI_CHAOS_SEED repeats a run.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { History } from './lib/history.mjs'
import { MoodyReceiver } from './lib/moody.mjs'
import { Random } from './lib/random.mjs'
import { until } from './lib/wait.mjs'

const INSTANCES = ['one', 'two', 'three']
const TOTAL = 6667,
  CHATS = 20,
  RATE = 400,
  FAULT_ONE_IN = 500
const seed = Number(process.env.COLIBRI_CHAOS_SEED ?? randomInt(2 ** 31))
const random = new Random(seed)

let gateway
const receivers = []
const histories = []
before(async () => {
  gateway = await new Gateway({
    config: '  generator: {}\n',
    env: { COLIBRI_WEBHOOK_TIMEOUT_MS: '1000', LOG_LEVEL: 'info' },
  }).start()
})
after(async () => {
  await gateway?.remove()
  await Promise.all(receivers.map((receiver) => receiver.down()))
})

function history(name) {
  const made = new History(name, { total: TOTAL, chats: CHATS })
  histories.push(made)
  return made
}

async function create(instanceName) {
  const heard = history(`webhook of ${instanceName}`)
  const receiver = new MoodyReceiver(random, FAULT_ONE_IN, ({ data }, headers) => heard.add(data.n, headers['webhook-id']))
  receivers.push(await receiver.up())
  const answer = await gateway.call('POST', '/instance/create', {
    body: {
      instanceName,
      integration: 'GENERATOR',
      webhook: { url: receiver.url, events: ['MESSAGES_UPSERT'] },
      generator: { rate: RATE, total: TOTAL, chats: CHATS, body_bytes: 400 },
    },
  })
  assert.equal(answer.status, 201, answer.text)
}

const count = (what) => histories.reduce((sum, one) => sum + one[what], 0)
/** The gateway is killed once receivers have heard that share of everything. */
async function killAt(share) {
  const all = TOTAL * histories.length
  await until(
    () => `${share} of all events; ${count('missing')} of ${all} are missing`,
    () => all - count('missing') >= share * all,
    60_000,
  )
  await gateway.kill9()
  await gateway.start()
}

test('nobody loses an event, whatever receivers and the gateway suffer', { timeout: 240_000 }, async (t) => {
  t.diagnostic(`seed ${seed}`)
  for (const name of INSTANCES) await create(name)
  for (const name of INSTANCES) {
    const answer = await gateway.call('GET', `/${name}/instance/connect`)
    assert.equal(answer.status, 200, answer.text)
  }
  await killAt(0.3)
  await killAt(0.6)
  await until(
    () => `everything; missing: ${histories.filter((one) => one.missing).map((one) => `${one.name} ${one.missing}`)}`,
    () => count('missing') === 0,
    120_000,
  )
  for (const heard of histories) heard.check()
  const suffered = receivers.map((receiver) => [...receiver.suffered].map(([fault, times]) => `${times} ${fault}`).join(', '))
  t.diagnostic(`${count('arrivals')} arrivals, ${count('repeats')} of them repeats; faults: ${suffered.join('; ')}`)
  assert.ok(count('repeats') > 0, 'a run in which nothing came twice has tested nothing')
})
