// The state that the API reports against the truth, which is the simulator's: does it hold a live link of that device? Random trouble;
// meanwhile both are compared all the time. Environment: COLIBRI_SEED, COLIBRI_STATE_ROUNDS (tools/test_long makes it long).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { Random } from './lib/random.mjs'
import { Sink } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const SEED = Number(process.env.COLIBRI_SEED ?? 20_261_125)
const ROUNDS = Number(process.env.COLIBRI_STATE_ROUNDS ?? 60)
const NAMES = ['ann', 'ben', 'cleo']
const SOON = 5_000, // the API may lie no longer than that
  HALF_OPEN = 60_000
const random = new Random(SEED)
let sim, gateway, sink, watch
/** name -> {name, phone, jid, final: number|undefined (the code that ended it for good), bound} */
const model = new Map()
const admin = (action, body) => post(sim.adminUrl, action, body)

before(async () => {
  sim = await new Sim().start()
  gateway = await new Gateway({ sim }).start()
  sink = await new Sink(gateway).up()
  for (const [n, name] of NAMES.entries()) {
    const instance = await created(gateway, name, `1555100000${n}`, sink.url)
    model.set(name, { ...instance, jid: await pair(gateway, sim, instance), bound: SOON })
  }
  watch = new Watch()
})
after(async () => {
  await watch?.end()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

/** What the API must say of an instance. */
function truth({ jid, final }) {
  if (sim.store.device(jid)?.online) return 'open'
  return final === undefined ? 'connecting' : 'close'
}
async function reported() {
  const rows = (await gateway.call('GET', '/instance/fetchInstances')).json
  return new Map(rows.map(({ instanceName, status }) => [instanceName, status]))
}

/** Compares without pause; keeps what differed for longer than its bound. */
class Watch {
  lies = []
  looks = 0
  #since = new Map() // name -> when the two began to differ
  #over = false
  #loop = this.#run()

  async #run() {
    while (!this.#over) {
      const states = await reported()
      this.looks++
      for (const one of model.values()) this.#compare(one, states.get(one.name), truth(one))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  #compare({ name, bound }, says, is) {
    if (says === is) return void this.#since.delete(name)
    const began = this.#since.get(name)
    if (began === undefined) return void this.#since.set(name, Date.now())
    const ms = Date.now() - began
    if (ms > bound) this.lies.push(`${name}: the API says ${says} and it is ${is}, for ${ms} ms`)
  }
  async end() {
    this.#over = true
    await this.#loop
  }
}

const settled = (one) =>
  until(
    async () => `${one.name} to be ${truth(one)}; the API says ${(await reported()).get(one.name)}`,
    async () => truth(one) !== 'connecting' && (await reported()).get(one.name) === truth(one),
    30_000,
  )

/** Trouble of one instance. Each leaves the model as the world will be. */
const TROUBLE = {
  ...Object.fromEntries(
    [500, 503, 515, 408, 428, 499].map((code) => [`stream error ${code}`, ({ jid }) => admin('stream-error', { jid, code })]),
  ),
  'the socket breaks': ({ jid }) => admin('drop', { jid }),
  ...Object.fromEntries([400, 500, 503].map((code) => [`logins fail with ${code} for a moment`, (one) => loginsFail(one, code)])),
  ...Object.fromEntries([402, 403, 406].map((code) => [`the login is refused with ${code}`, (one) => refused(one, code)])),
  'another connection takes over': async (one) => {
    one.final = 440
    await admin('stream-error', { jid: one.jid, code: 440, conflict: 'replaced' })
  },
  'the phone unlinks it': async (one) => {
    one.final = 401
    await admin('remove-device', { jid: one.jid })
  },
  'a restart by the API': ({ name }) => gateway.call('POST', `/${name}/instance/restart`),
}
async function loginsFail(one, code) {
  await admin('login-failure', { jid: one.jid, code })
  await admin('drop', { jid: one.jid })
  await until(`a try of ${one.name}`, async () => (await reported()).get(one.name) === 'connecting')
  await admin('login-failure', { jid: one.jid, code: 0 })
}
async function refused(one, code) {
  one.final = code
  await admin('login-failure', { jid: one.jid, code })
  await admin('drop', { jid: one.jid })
  await until(`${one.name} to give up`, async () => (await reported()).get(one.name) === 'close')
  await admin('login-failure', { jid: one.jid, code: 0 })
}
const WORLD_TROUBLE = {
  'the server restarts': () => sim.restart(200),
  'upgrades are answered with HTTP 503': async () => {
    const refused = sim.stats.refusedUpgrades
    await admin('faults', { http: 503 })
    await admin('drop', { jid: model.get(random.of(NAMES)).jid })
    await until('a try that is refused', () => sim.stats.refusedUpgrades > refused)
    await admin('faults', { http: 0 })
  },
}

/** Ended for good: someone acts. Backing off: a restart begins anew, so that the test goes on. */
async function mend(one) {
  if (one.final === 401) {
    delete one.final
    one.jid = await pair(gateway, sim, one)
  } else if (one.final !== undefined) {
    delete one.final
    assert.equal((await gateway.call('GET', `/${one.name}/instance/connect`)).status, 200)
  } else {
    assert.equal((await gateway.call('POST', `/${one.name}/instance/restart`)).status, 200)
  }
}

test(`the API's state is the truth (COLIBRI_SEED=${SEED})`, { timeout: ROUNDS * 20_000 + 120_000 }, async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const global = random.next(8) === 0
    const one = model.get(random.of(NAMES))
    const name = random.of(Object.keys(global ? WORLD_TROUBLE : TROUBLE))
    t.diagnostic(`round ${round}: ${global ? '' : `${one.name}: `}${name}`)
    await (global ? WORLD_TROUBLE[name]() : TROUBLE[name](one))
    for (const other of NAMES.map((n) => model.get(n))) {
      if (other.final !== undefined) await settled(other)
      if (truth(other) !== 'open') await mend(other)
      await settled(other)
    }
  }
  assert.deepEqual(watch.lies, [])
  assert.ok(watch.looks > ROUNDS, `${watch.looks} looks`)
})

test('a half-open link is found out within a minute, and replaced', { timeout: 120_000 }, async () => {
  const one = model.get(NAMES[0])
  one.bound = HALF_OPEN
  await admin('mute', { jid: one.jid })
  await until('the half-open link to be replaced', () => sim.store.device(one.jid).online, HALF_OPEN)
  await settled(one)
  assert.deepEqual(watch.lies, [])
})

test('connection.update came only when the state changed, with the reason of an end as a code', async () => {
  for (const { name } of model.values()) {
    const last = () => updatesOf(name).at(-1)?.data.state
    await until(`the last update of ${name}`, () => last() === 'open')
    const updates = updatesOf(name).map(({ data }) => data)
    for (const [n, { state }] of updates.entries()) assert.notEqual(state, updates[n - 1]?.state, `${name}, update ${n}`)
    for (const { state, statusReason } of updates)
      if (state === 'close') assert.ok([401, 402, 403, 406, 440].includes(statusReason), `${name}: ${statusReason}`)
  }
})

/** In the log's order; a delivery that came twice counts once. */
function updatesOf(name) {
  const bySequence = new Map(sink.of('connection.update').filter((e) => e.instance === name).map((e) => [e.sequence, e]))
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence)
}
