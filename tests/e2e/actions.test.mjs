// Restart, logout, delete and setPresence in every state of an instance: twice in a row, twice at once, and in pairs at once. Never an
// error of ours, always the right end.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { until } from './lib/wait.mjs'

hush()
const AT_ONCE = 8
let sim, gateway
let phones = 15_552_000_000
const admin = (action, body) => post(sim.adminUrl, action, body)

before(async () => {
  sim = await new Sim().start()
  gateway = await new Gateway({ sim }).start()
})
after(async () => {
  await gateway?.remove()
  await sim?.stop()
})

const is = (one, state) => until(`${one.name} to be ${state}`, async () => (await gateway.state(one.name)) === state)
async function paired(one) {
  one.jid = await pair(gateway, sim, one)
}
async function loginsFail(one, code) {
  await admin('login-failure', { jid: one.jid, code })
  await admin('drop', { jid: one.jid })
}

/** How an instance that was just created gets into each state. */
const STATES = {
  created: () => {},
  'showing a QR code': async (one) => {
    assert.equal((await gateway.call('GET', `/${one.name}/instance/connect`)).status, 200)
  },
  open: paired,
  'trying again': async (one) => {
    await paired(one)
    await loginsFail(one, 503)
    await is(one, 'connecting')
  },
  'refused for good': async (one) => {
    await paired(one)
    await loginsFail(one, 403)
    await is(one, 'close')
    await admin('login-failure', { jid: one.jid, code: 0 })
  },
  'logged out': async (one) => {
    await paired(one)
    assert.equal((await gateway.call('DELETE', `/${one.name}/instance/logout`)).status, 200)
  },
}
const call = (method, action, body) => (one) => gateway.call(method, `/${one.name}/instance/${action}`, { body })
const ACTIONS = {
  restart: call('POST', 'restart'),
  logout: call('DELETE', 'logout'),
  delete: call('DELETE', 'delete'),
  setPresence: call('POST', 'setPresence', { presence: 'available' }),
}

/** The statuses that `action` may have, if `all` are done to an instance that was in `state`. */
function allowed(action, all, state) {
  const gone = all.includes('delete') ? [404] : []
  if (action !== 'setPresence') return [200, ...gone]
  // 503: its link went away under it, and the state has not been told yet. 504: after it was begun, so that nobody knows.
  if (all.includes('logout') || all.includes('restart') || all.includes('delete'))
    return [200, 400, 503, ...(state === 'open' ? [504] : []), ...gone]
  return [state === 'open' ? 200 : 400, ...gone]
}

/** What must become of the instance. */
async function checkEnd(one, state, all) {
  if (all.includes('delete')) {
    assert.equal((await gateway.call('GET', `/${one.name}/instance/connectionState`)).status, 404)
    assert.deepEqual((await gateway.call('GET', `/instance/fetchInstances?instanceName=${one.name}`)).json, [])
    // The name is free once everything is purged. The log is no witness: it drops lines that repeat too often.
    const again = { body: { instanceName: one.name } }
    await until('the purge', async () => (await gateway.call('POST', '/instance/create', again)).status === 201)
    return unlinked(one, state)
  }
  if (all.includes('logout')) {
    await unlinked(one, state)
    // A restart that came second shows a QR code for the next phone.
    const ends = all.includes('restart') ? ['close', 'connecting'] : ['close']
    return assert.ok(ends.includes(await gateway.state(one.name)), await gateway.state(one.name))
  }
  if (!all.includes('restart')) return
  if (state === 'open' || state === 'refused for good') return is(one, 'open')
  await is(one, 'connecting')
  if (state !== 'trying again') return
  await admin('login-failure', { jid: one.jid, code: 0 })
  await is(one, 'open')
}
/** WhatsApp was told, if there was a link to tell it through. */
async function unlinked(one, state) {
  if (state === 'open') await until('WhatsApp to be told', () => !sim.store.device(one.jid))
}

async function run(state, actions, inParallel) {
  const phone = String(++phones)
  const one = await created(gateway, `i${phone}`, phone)
  await STATES[state](one)
  const calls = actions.map((action) => () => ACTIONS[action](one))
  const answers = inParallel ? await Promise.all(calls.map((c) => c())) : [await calls[0](), await calls[1]()]
  for (const [n, answer] of answers.entries())
    assert.ok(allowed(actions[n], actions, state).includes(answer.status), `${actions[n]}: ${answer.status} ${answer.text}`)
  if (actions.includes('delete')) assert.ok(answers.some((a) => a.status === 200), 'nobody deleted it')
  await checkEnd(one, state, actions)
}

const names = Object.keys(ACTIONS)
const cases = Object.keys(STATES).flatMap((state) =>
  names.flatMap((first, n) => [
    { state, actions: [first, first], inParallel: false },
    ...names.slice(n).map((second) => ({ state, actions: [first, second], inParallel: true })),
  ]),
)

test('restart, logout, delete and setPresence in every state', { timeout: 500_000, concurrency: AT_ONCE }, async (t) => {
  await Promise.all(
    cases.map(({ state, actions, inParallel }) =>
      t.test(`${state}: ${actions.join(inParallel ? ' beside ' : ', then ')}`, () => run(state, actions, inParallel)),
    ),
  )
})

test('nothing was called a bug, and nobody broke the table of states', () => {
  assert.ok(!gateway.output.includes('colibri: bug'), 'an assertion failed')
  assert.ok(!gateway.output.includes('misbehaving'), gateway.output.match(/.*misbehaving.*/)?.[0])
})
