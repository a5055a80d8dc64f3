// The state that the API reports against the truth, which is the simulator's. Daemon, plugin and bridge are driven together in seeded walks of
// random commands, ends of the network and killed bridges, one overtaking the other; what may come of it is lib/link_model.mjs.
// Environment: COLIBRI_SEED (of the first walk; the next has the next), COLIBRI_STATE_WALKS (tools/test_long makes it many).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { LinkModel } from './lib/link_model.mjs'
import { LinkWatch } from './lib/link_watch.mjs'
import { created, pair } from './lib/paired.mjs'
import { Random } from './lib/random.mjs'
import { Sink } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const SEED = Number(process.env.COLIBRI_SEED ?? 20_261_125)
const WALKS = Number(process.env.COLIBRI_STATE_WALKS ?? 20)
const NAMES = ['ann', 'ben', 'cleo']
const SOON = 5_000, // the API may lie no longer than that
  HALF_OPEN = 60_000,
  SETTLE = 60_000,
  LATE = 7_000 // longer than a restart waits for its CLOSED
const FINAL = [401, 402, 403, 406, 440]
let sim, gateway, sink, watch
/** name -> {name, phone, jid, bound, model, calls: answers under way} */
const all = new Map()
const admin = (action, body) => post(sim.adminUrl, action, body)
const online = ({ jid }) => sim.store.device(jid)?.online === true

before(async () => {
  sim = await new Sim().start()
  // A bridge that is killed again and again comes back as fast.
  gateway = await new Gateway({ sim, env: { COLIBRI_BAILEYS_TEST_TIMING_BACKOFF_MOST_MS: '1000' } }).start()
  sink = await new Sink(gateway).up()
  for (const [n, name] of NAMES.entries()) {
    const instance = await created(gateway, name, `1555100000${n}`, sink.url)
    all.set(name, { ...instance, jid: await pair(gateway, sim, instance), bound: SOON, model: new LinkModel(), calls: [] })
  }
  watch = new LinkWatch(
    async () => (await gateway.call('GET', '/instance/fetchInstances')).json,
    () => [...all.values()].map((one) => ({ name: one.name, bound: one.bound, online: online(one) })),
  )
})
after(async () => {
  await watch?.end()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

// --- what happens to one instance -----------------------------------------------------------------------------

const STEPS = {
  ...Object.fromEntries(
    [408, 428, 500, 503, 515].map((code) => [
      `stream error ${code}`,
      async (one) => {
        await admin('stream-error', { jid: one.jid, code })
        one.model.transient()
      },
    ]),
  ),
  'the socket breaks': async (one) => {
    await admin('drop', { jid: one.jid })
    one.model.transient()
  },
  'another connection takes over (440)': (one) => ended(one, { code: 440, conflict: 'replaced' }),
  'stream error 403': (one) => ended(one, { code: 403 }),
  ...Object.fromEntries([402, 403, 406].map((code) => [`logins are refused with ${code} from now on`, (one) => refused(one, code)])),
  'the phone unlinks it (401)': async (one) => {
    await admin('remove-device', { jid: one.jid })
    one.model.unlink()
  },
  restart: async ({ name, model }) => {
    const { status, text } = await gateway.call('POST', `/${name}/instance/restart`)
    assert.equal(status, 200, text)
    model.restart()
  },
  connect: (one) => {
    one.model.connect()
    one.calls.push(gateway.call('GET', `/${one.name}/instance/connect`))
  },
  'connect with a number': (one) => {
    one.model.connect()
    one.calls.push(gateway.call('GET', `/${one.name}/instance/connect?number=${one.phone}`))
  },
  logout: (one) => {
    one.model.logout()
    one.calls.push(gateway.call('DELETE', `/${one.name}/instance/logout`))
  },
}
async function ended(one, error) {
  if (!online(one)) return one.model.transient()
  await admin('stream-error', { jid: one.jid, ...error })
  one.model.final()
}
async function refused(one, code) {
  await admin('login-failure', { jid: one.jid, code })
  await admin('drop', { jid: one.jid })
  one.model.refuse()
}
/** What WhatsApp does to a device that it does not know any more is nothing, and what it refuses to one that was logged out neither. */
const isVoid = (one, step) =>
  !/^(restart|connect|logout)/.test(step) && (!sim.store.device(one.jid) || (!one.model.linked.has(true) && !/^(stream error (?!403)|the socket)/.test(step)))

// --- what happens to all --------------------------------------------------------------------------------------

const WORLD_STEPS = {
  'the bridge is killed': () => gateway.bridges().forEach((pid) => process.kill(pid, 'SIGKILL')),
  'the server restarts': () => sim.restart(100),
  'upgrades are answered with HTTP 503': async (random) => {
    await admin('faults', { http: 503 })
    sim.drop([...sim.conns])
    await looks(random.next(20))
    await admin('faults', { http: 0 })
  },
}

async function looks(count) {
  const from = watch.looks
  await until('the watch', () => watch.looks >= from + count)
}

// --- the walk -------------------------------------------------------------------------------------------------

async function walk(seed, told) {
  const random = new Random(seed)
  for (let left = 3 + random.next(8); left > 0; left--) {
    if (random.next(6) === 0) {
      const step = random.of(Object.keys(WORLD_STEPS))
      told(step)
      for (const { model } of all.values()) model.transient()
      await WORLD_STEPS[step](random)
    } else {
      const one = all.get(random.of(NAMES))
      const step = random.of(Object.keys(STEPS))
      if (isVoid(one, step)) continue
      told(`${one.name}: ${step}`)
      await STEPS[step](one)
    }
    if (random.next(4) === 0) {
      told('all comes to rest')
      for (const one of all.values()) await settle(one)
    } else {
      await looks(random.next(12))
    }
  }
  for (const one of all.values()) await settle(one)
}

/** Until the instance has come to rest as its model allows. */
async function settle(one) {
  await Promise.all(one.calls.splice(0))
  const end = await until(
    () => `${one.name} to end as one of ${[...one.model.ends]}; the API says ${watch.states.get(one.name).status}, the link is ${online(one) ? 'up' : 'down'}`,
    async () => {
      await looks(2)
      const is = await endOf(one)
      return one.model.ends.has(is) && is
    },
    SETTLE,
  )
  one.isCertain = one.model.ends.size === 1
  one.model.rest(end, Boolean(watch.states.get(one.name).owner))
}
/** What came to rest stays there: nothing of an earlier command comes late. */
async function stays() {
  const certain = [...all.values()].filter((one) => one.isCertain)
  for (const end = Date.now() + LATE; Date.now() < end; await looks(5))
    for (const one of certain) assert.equal(await endOf(one), [...one.model.ends][0], `${one.name} was left alone`)
}
async function endOf(one) {
  const { status } = watch.states.get(one.name)
  if (status === 'open') return online(one) ? 'open' : undefined
  if (online(one)) return undefined
  if (status === 'close') return 'close'
  if (!one.model.ends.has('qr')) return undefined
  return (await gateway.call('GET', `/${one.name}/instance/connect`)).json?.qrcode?.code ? 'qr' : undefined
}

/** Open again for the next walk. */
async function mend(one) {
  const isKnown = sim.store.device(one.jid) !== undefined
  if (isKnown) await admin('login-failure', { jid: one.jid, code: 0 })
  one.model = new LinkModel()
  if (isKnown && watch.states.get(one.name).owner) {
    const { status, text } = await gateway.call('GET', `/${one.name}/instance/connect`)
    assert.equal(status, 200, text)
  } else {
    if (isKnown) await admin('remove-device', { jid: one.jid })
    await gateway.call('DELETE', `/${one.name}/instance/logout`)
    one.jid = await pair(gateway, sim, one)
  }
  await settle(one)
}

test(`the API's state is the truth, whatever overtakes what (COLIBRI_SEED=${SEED})`, { timeout: WALKS * 120_000 + 120_000 }, async (t) => {
  for (let seed = SEED; seed < SEED + WALKS; seed++) {
    const steps = []
    try {
      await walk(seed, (step) => steps.push(step))
      if (seed % 5 === 0) await stays()
      for (const one of all.values()) await mend(one)
      assert.deepEqual(watch.lies, [])
      assert.equal(gateway.output.match(/.*plugin misbehaving.*/)?.[0], undefined)
    } catch (error) {
      t.diagnostic(`COLIBRI_SEED=${seed} COLIBRI_STATE_WALKS=1: ${steps.join('; ')}`)
      throw error
    }
  }
})

test('a half-open link is found out within a minute, and replaced', { timeout: 120_000 }, async () => {
  const one = all.get(NAMES[0])
  one.bound = HALF_OPEN
  await admin('mute', { jid: one.jid })
  await until('the half-open link to be replaced', () => online(one), HALF_OPEN)
  await settle(one)
  assert.deepEqual(watch.lies, [])
})

test('connection.update came only when the state changed, with the reason of an end as a code', async () => {
  for (const { name } of all.values()) {
    const last = () => updatesOf(name).at(-1)?.data.state
    await until(`the last update of ${name}`, () => last() === 'open')
    const updates = updatesOf(name).map(({ data }) => data)
    for (const [n, { state }] of updates.entries()) assert.notEqual(state, updates[n - 1]?.state, `${name}, update ${n}`)
    for (const { state, statusReason } of updates)
      if (state === 'close') assert.ok(FINAL.includes(statusReason), `${name}: ${statusReason}`)
  }
})

/** In the log's order; a delivery that came twice counts once. */
function updatesOf(name) {
  const bySequence = new Map(sink.of('connection.update').filter((e) => e.instance === name).map((e) => [e.sequence, e]))
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence)
}
