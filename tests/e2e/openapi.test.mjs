// docs/openapi.yaml against the running daemon: every route, in both dialects, for success and for the usual failures. An answer
// that the document does not promise fails, and so does a promise that nothing here has seen kept.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post, trustRoot } from '../wasim/client.mjs'
import { Authenticator } from '../wasim/src/authenticator.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { linkedAsPromised } from './lib/link_contract.mjs'
import { mutants } from './lib/mutants.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { Sink } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001',
  BOB = '15550000002',
  HOOK = 'https://example.test/hook'
/** The routes of rabbitmq need no broker, only the address of one. */
const PLUGINS = '  websocket: {}\n  rabbitmq: { uri: "amqp://127.0.0.1:1" }\n'

let contract, sim, gateway, bob
before(async () => {
  contract = await Contract.load()
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim, config: PLUGINS }).start()
  bob = await pairedPeer(sim, 'Bob', BOB)
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sim?.stop()
})

/** One request whose answer must have `status` and be one of the document's. */
async function ask(status, method, path, options = {}, daemon = gateway) {
  const answer = await daemon.call(method, path, options)
  contract.check(contract.find(method, path), answer)
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
  return answer
}
const json = async (...request) => (await ask(...request)).json
const create = (instanceName, more = {}, path = '/instance/create') =>
  json(201, 'POST', path, { body: { instanceName, ...more } })

const FORMS = {
  native: (router, action, name) => `/${name}/${router}/${action}`,
  'router-first': (router, action, name) => `/${router}/${action}/${name}`,
  '/v2': (router, action, name) => `/v2/${router}/${action}/${name}`,
}
/** Where an operation is asked for an instance, or behind the address of its link page. */
const pathOf = ({ path }, instance, token) => path.replace('{instance}', instance).replace('{token}', token)
/** The secret of an instance's link page. */
const linkTo = async (instance, path = `/${instance}/instance/linkPage`, daemon = gateway) =>
  (await json(201, 'POST', path, {}, daemon)).url.split('/').pop()
/** The document's examples of what an operation is given: {body, query}, at least one. */
function examplesOf({ body, query }) {
  if (body) return body.examples.map((example) => ({ body: example, query: '' }))
  const parameters = query.filter(({ schema }) => schema.examples)
  const count = Math.max(1, ...parameters.map(({ schema }) => schema.examples.length))
  return Array.from({ length: count }, (_, n) => ({
    query: parameters.length > 0 ? `?${new URLSearchParams(parameters.map(({ name, schema: { examples } }) => [name, examples[n] ?? examples[0]]))}` : '',
  }))
}
/** Every operation of an instance, as [method, router, action]. */
const instanceRoutes = () =>
  contract.operations
    .filter(({ path }) => path.startsWith('/{instance}/'))
    .map(({ method, path }) => [method, ...path.split('/').slice(2)])

test('the gateway speaks of itself as the document says', async () => {
  for (const prefix of ['', '/v2']) {
    const { version } = await json(200, 'GET', `${prefix}/`, { key: null })
    assert.equal(version, contract.api.info.version)
    await ask(200, 'GET', `${prefix}/health`, { key: null })
    await ask(200, 'GET', `${prefix}/ready`, { key: null })
    const plugins = await json(200, 'GET', `${prefix}/plugins`)
    assert.deepEqual(plugins.map((row) => row.alias).sort(), ['baileys', 'rabbitmq', 'webhook', 'websocket'])
    await ask(200, 'GET', `${prefix}/metrics`)
    const { openapi, paths } = await json(200, 'GET', `${prefix}/openapi.json`, { key: null })
    assert.equal(openapi, '3.1.0')
    assert.equal('/{instance}/message/sendText' in paths, prefix === '')
    assert.equal('/message/sendText/{instance}' in paths, prefix === '/v2')
    for (const path of ['/plugins', '/metrics']) await ask(401, 'GET', prefix + path, { key: 'not-the-key-of-anything' })
    await ask(200, 'POST', `${prefix}/verify-creds`)
    await ask(401, 'POST', `${prefix}/verify-creds`, { key: 'not-the-key-of-anything' })
  }
})

test('who may call is answered as the document says', async () => {
  await create('keys')
  for (const form of Object.values(FORMS)) {
    for (const [method, router, action] of instanceRoutes()) {
      const body = method === 'POST' ? {} : undefined
      await ask(401, method, form(router, action, 'keys'), { key: null, body })
      await ask(404, method, form(router, action, 'unknown'), { body })
    }
  }
  for (const prefix of ['', '/v2']) {
    await ask(401, 'POST', `${prefix}/instance/create`, { key: null, body: { instanceName: 'x' } })
    await ask(401, 'GET', `${prefix}/instance/fetchInstances`, { key: null })
    await ask(200, 'GET', `${prefix}/instance/fetchInstances?instanceName=keys`)
    await ask(403, 'POST', `${prefix}/instance/create`, { body: { instanceName: 'keys' } })
  }
  assert.deepEqual(await json(200, 'GET', '/instance/fetchInstances?instanceName=unknown'), [])
  for (const query of ['instanceName=unknown', 'instanceId=unknown', 'number=1'])
    await ask(404, 'GET', `/v2/instance/fetchInstances?${query}`)
  for (const prefix of ['', '/v2']) await ask(400, 'GET', `${prefix}/instance/fetchInstances?instanceName[not]=keys`)
})

test('whoever sends too many wrong keys is answered 429, and served with a right one', async () => {
  const daemon = await new Gateway({ config: PLUGINS, env: { AUTHENTICATION_FAILED_PER_MINUTE: '1' } }).start()
  try {
    const key = 'not-the-key-of-anything'
    await json(201, 'POST', '/instance/create', { body: { instanceName: 'a' } }, daemon)
    await ask(401, 'GET', '/plugins', { key }, daemon)
    const shared = contract.operations.filter(({ path, open }) => !path.includes('{instance}') && !path.startsWith('/v2/') && !open)
    const paths = shared.flatMap(({ method, path }) => [
      [method, path],
      [method, `/v2${path}`],
    ])
    for (const form of Object.values(FORMS))
      for (const [method, router, action] of instanceRoutes()) paths.push([method, form(router, action, 'a')])
    for (const operation of contract.operations.filter(({ path }) => path.startsWith('/link/')))
      paths.push([operation.method, pathOf(operation, '', 'A'.repeat(43))])
    for (const [method, path] of paths) {
      const answer = await ask(429, method, path, { key }, daemon)
      const wait = Number(answer.headers.get('retry-after'))
      assert.ok(wait >= 1 && wait <= 60, answer.headers.get('retry-after'))
    }
    await ask(200, 'GET', '/a/instance/connectionState', {}, daemon)
    const metrics = (await ask(200, 'GET', '/metrics', {}, daemon)).text
    assert.match(metrics, new RegExp(`^colibri_api_keys_wrong_total ${paths.length + 1}$`, 'm'))
    assert.match(metrics, new RegExp(`^colibri_api_keys_limited_total ${paths.length}$`, 'm'))
    const lines = () => daemon.output.split('\n').filter((line) => line.includes('wrong keys'))
    await until('it to be told', () => lines().length > 0)
    assert.equal(lines().length, 1, lines().join('\n'))
  } finally {
    await daemon.remove()
  }
})

test('a link page is served as the document says, to who has its address', { timeout: 60_000 }, () =>
  linkedAsPromised({ ask, json, linkTo, sim, contract, paths: Object.values(FORMS).map((form) => form('instance', 'linkPage', 'linked')) }))

test('an instance that is not connected', async () => {
  await create('idle')
  await create('idle2', {}, '/v2/instance/create')
  for (const form of Object.values(FORMS)) {
    await ask(200, 'GET', form('instance', 'connectionState', 'idle'))
    await ask(400, 'GET', form('instance', 'connect', 'idle') + '?number=no-digits')
    for (const body of [{ presence: 'available' }, { presence: 'dancing' }])
      await ask(400, 'POST', form('instance', 'setPresence', 'idle'), { body })
    for (const body of [{ number: BOB, text: 'x' }, { number: BOB }, '{"number":'])
      await ask(400, 'POST', form('message', 'sendText', 'idle'), { body })
  }
  for (const operation of contract.operations.filter(({ command }) => command)) {
    for (const { query, ...options } of examplesOf(operation)) {
      const { linking } = operation
      const answer = await ask(linking ? 404 : 400, operation.method, pathOf(operation, 'idle') + query, options)
      assert.match(answer.text, linking ? /not being linked/ : /not connected/)
    }
  }
  for (const form of Object.values(FORMS)) 
    for (const [, router] of instanceRoutes().filter(([, , action]) => action === 'find')) await ask(200, 'GET', form(router, 'find', 'idle'))
  await ask(200, 'DELETE', '/idle/instance/logout')
  await ask(400, 'DELETE', '/instance/logout/idle')
  await ask(200, 'DELETE', '/idle/instance/delete')
  await ask(200, 'DELETE', '/v2/instance/delete/idle2')
})

test('a query is taken exactly if the document takes each of its parameters', async () => {
  await create('query')
  for (const operation of contract.operations.filter(({ command, linking, query, body }) => command && !linking && query.length > 0 && !body)) {
    const [{ query: right }] = examplesOf(operation)
    for (const { name, schema, required } of operation.query) {
      for (const text of [undefined, '7', 'yes', 'true', '', 'a b', 'x'.repeat(70)]) {
        const params = new URLSearchParams(right)
        if (text === undefined) params.delete(name)
        else params.set(name, text)
        const value = { true: true, yes: true }[schema.type === 'boolean' && text] ?? text
        const taken = value === undefined || value === '' ? !required : contract.faults(schema, value).length === 0
        const answer = await ask(400, operation.method, `${pathOf(operation, 'query')}?${params}`)
        assert.equal(/not connected/.test(answer.text), taken, `${operation.id}?${params}: ${answer.text}`)
      }
    }
  }
})

describe('a body is taken exactly if the document takes it: its examples, and all that differ from one in one place', () => {
  /** Asks with every body; `taken` says of an answer whether the body was. */
  async function agree(operation, send, taken) {
    assert.ok(operation.body.examples?.length > 0, `${operation.id} has no example`)
    for (const example of operation.body.examples) {
      assert.ok(contract.takes(operation, example), `${operation.id}: ${JSON.stringify(example)}`)
      for (const [what, body] of [['as it is', example], ...mutants(operation.body, example)]) {
        if (body === null || typeof body !== 'object' || Array.isArray(body)) continue
        const answer = contract.check(operation, await send(body))
        const about = `${operation.id}, ${what} of ${JSON.stringify(example)}: ${answer.status} ${answer.text}`
        assert.equal(taken(answer), contract.takes(operation, body), about)
      }
    }
  }
  for (const id of ['instanceCreate', 'instanceCreateV2']) {
    test(id, async () => {
      const operation = contract.operation(id)
      let n = 0
      const unique = (body) => ({
        ...body,
        ...(body.instanceName === 'shop' && { instanceName: `${id}${++n}` }),
        ...(body.token === 'tokens-are-long' && { token: `${id}-token-${n}` }),
      })
      // A name or key that another mutant has taken, a plugin that is not loaded here.
      const notTheBody = ({ status, text }) => status === 403 || text.includes('no plugin of this name')
      await agree(
        operation,
        (body) => gateway.call('POST', operation.path, { body: unique(body) }),
        (answer) => answer.status === 201 || notTheBody(answer),
      )
    })
  }

  test('every other operation', { timeout: 120_000 }, async () => {
    const others = contract.operations.filter(({ id, body }) => body && !id.startsWith('instanceCreate'))
    assert.ok(others.length >= 20, `${others.length}`)
    for (const operation of others) {
      await create(operation.id, { webhook: { url: HOOK } })
      if (operation.id.startsWith('deliveries'))
        await until('the lane', async () => (await json(200, 'GET', `/${operation.id}/deliveries/lanes`)).lanes.length === 1)
      const token = operation.path.includes('{token}') && (await linkTo(operation.id))
      // What a v2 client sets is joined with what is stored: each body meets an instance of its own.
      const changes = /^(webhook|websocket|rabbitmq)SetV2$/.test(operation.id)
      let n = 0
      const send = async (body) => {
        const name = changes ? `${operation.id}${++n}` : operation.id
        if (changes) await create(name)
        return gateway.call(operation.method, pathOf(operation, name, token), { body })
      }
      // A body that is right gets as far as the state of the instance, or to a lane that there is not.
      const goesOn = changes ? /webhook\.url: is missing/ : /not connected|no such integration/
      await agree(operation, send, ({ status, text }) => status !== 400 || goesOn.test(text))
    }
  })
})

test('an instance that connects, sends and logs out', { timeout: 120_000 }, async () => {
  await create('qr', { qrcode: true })
  const { qrcode } = await create('us', { qrcode: true }, '/v2/instance/create')
  for (const form of Object.values(FORMS)) await ask(200, 'GET', form('instance', 'connect', 'qr'))
  await create('code')
  const { pairingCode } = await json(200, 'GET', '/instance/connect/code?number=15550000009')
  assert.match(pairingCode, /^[0-9A-Z]{8}$/)
  assert.equal((await json(200, 'GET', '/code/instance/connect?number=15550000009')).qrcode.pairingCode, pairingCode)

  const number = '15550000008'
  const atOnce = await create('at-once', { qrcode: true, number })
  assert.match(atOnce.qrcode.pairingCode, /^[0-9A-Z]{8}$/)
  const atOnceV2 = await create('at-once-v2', { qrcode: true, number: '15550000007' }, '/v2/instance/create')
  assert.match(atOnceV2.qrcode.pairingCode, /^[0-9A-Z]{8}$/)
  assert.equal(atOnceV2.qrcode.count, 1)
  const named = (rows) => rows.map((row) => row.name)
  assert.deepEqual(named(await json(200, 'GET', `/v2/instance/fetchInstances?number=${number}`)), ['at-once'])

  await post(sim.adminUrl, 'scan-qr', { qr: qrcode.code, phone: US, name: 'Us' })
  await until('us to be open', async () => (await gateway.state('us')) === 'open')
  for (const prefix of ['', '/v2']) await ask(200, 'GET', `${prefix}/instance/fetchInstances`)
  assert.deepEqual(named(await json(200, 'GET', `/v2/instance/fetchInstances?number=${US}`)), ['us'])
  for (const form of Object.values(FORMS)) {
    await ask(200, 'GET', form('instance', 'connect', 'us'))
    await ask(200, 'GET', form('instance', 'connectionState', 'us'))
    const native = form === FORMS.native
    for (const body of [{ presence: 'available' }, { presence: 'composing', number: BOB }, { presence: 'paused' }])
      await ask(native ? 200 : 201, 'POST', form('instance', 'setPresence', 'us'), { body })
    const nobody = await ask(400, 'POST', form('message', 'sendText', 'us'), { body: { number: '15559999999', text: 'x' } })
    assert.equal(nobody.json.response.message[0].exists, false, nobody.text)
    await ask(200, 'POST', form('instance', 'restart', 'qr'))
  }
  const rename = () => gateway.call('POST', '/us/chat/updateProfileName', { body: { name: 'Us' } })
  await until('the phone to send the key of the settings', async () => (await rename()).status === 200)
  await post(sim.adminUrl, 'phone/app-state', { phone: US, mod: { addLabel: { id: '1', name: 'Example', color: 1 } } })
  for (const operation of contract.operations.filter(({ command, linking }) => command && !linking)) {
    if (OF_OTHER_CONNECTORS.test(operation.id)) await ask(400, operation.method, pathOf(operation, 'us'), examplesOf(operation)[0])
    else await carriedOut(operation)
  }
  const { key } = await json(201, 'POST', '/us/message/sendText', { body: { number: BOB, text: 'first' } })
  await ask(201, 'POST', '/us/message/sendText', { body: { number: BOB, text: 'answer', quoted: { key } } })
  await ask(200, 'DELETE', '/instance/logout/us')
  await ask(200, 'GET', '/v2/instance/fetchInstances')
})

/** Commands that this connector cannot do. */
const OF_OTHER_CONNECTORS = /^messageSendTemplate/

test('an account with a passkey is linked step by step, in each form of the paths', async () => {
  for (const [label, form] of Object.entries(FORMS)) {
    const name = `key-${Object.keys(FORMS).indexOf(label)}`
    const phone = `1555000002${Object.keys(FORMS).indexOf(label)}`
    const key = new Authenticator()
    await post(sim.adminUrl, 'account', { phone, passkey: { credential: key.credential } })
    const of = (action) => form('passkey', action, name)
    const ready = async () => {
      const { qrcode } = await json(200, 'GET', `/${name}/instance/connect`)
      const linked = post(sim.adminUrl, 'scan-qr', { qr: qrcode.code, phone, name: 'Key' }).then(() => true, () => false)
      await until('the challenge', async () => (await gateway.call('GET', of('challenge'))).status === 200)
      return linked
    }
    await create(name)
    void ready()
    await until('the challenge', async () => (await gateway.call('GET', of('challenge'))).status === 200)
    assert.equal(await gateway.state(name), 'connecting')
    await ask(400, 'POST', of('confirm'))
    await ask(200, 'DELETE', of('cancel'))
    await until('it to be over', async () => (await gateway.call('GET', of('challenge'))).status === 404)
    await ask(404, 'POST', of('confirm'))
    await until('new codes', async () => (await gateway.call('GET', `/${name}/instance/connect`)).json?.qrcode !== undefined)
    const linked = ready()
    await until('the challenge', async () => (await gateway.call('GET', of('challenge'))).status === 200)
    const { publicKey } = await json(200, 'GET', of('challenge'))
    const body = { credential: key.get(publicKey) }
    assert.equal((await json(200, 'POST', of('response'), { body })).stage, 'confirming')
    assert.equal(await linked, true)
    await until('it to be open', async () => (await gateway.state(name)) === 'open')
    assert.deepEqual((await post(sim.adminUrl, 'passkey', { phone })).at(-1).violations, [])
    await ask(404, 'GET', of('challenge'))
    await ask(404, 'DELETE', of('cancel'))
    await ask(404, 'POST', of('response'), { body })
  }
})

/** A command with the document's first example; once for a key, if it does more than one may repeat. */
async function carriedOut(operation) {
  const { id, method, command, responses } = operation
  const [status] = Object.keys(responses).map(Number)
  const [example, another = { ...example, body: { ...example.body, messageId: 'ANOTHERONE' } }] = examplesOf(operation)
  prepareGroups()
  const headers = { 'Idempotency-Key': id }
  const give = (wanted, { query, body }) => ask(wanted, method, pathOf(operation, 'us') + query, { body, headers })
  const first = await give(status, example)
  const again = await give(status, example)
  if (command === 'safe') return
  assert.deepEqual(again.json, first.json)
  await give(422, another)
}

/** The groups that examples name: of ours, with Bob in them, and of Bob's, which we are invited to. */
function prepareGroups() {
  const [us, bobs] = [US, BOB].map((phone) => sim.account(phone))
  const group = (id, owner, members, invite) => {
    const made = sim.store.newGroup('Example', owner)
    sim.store.groups.delete(made.id)
    for (const account of members) made.members.set(account.lid, { account })
    sim.store.groups.set(id, Object.assign(made, { id }, invite && { invite }))
  }
  for (const n of [1, 2]) {
    group(`12036300000000000${n}@g.us`, us, [bobs])
    group(`12036300000000001${n}@g.us`, bobs, [], `ColibriInvitation1234${4 + n}`)
  }
}

test('no QR code in time is 504, and leaves nothing of a create', async () => {
  await sim.stop()
  const daemon = await new Gateway({ sim, config: 'instances: { qr_wait_s: 1 }' }).start()
  try {
    await json(201, 'POST', '/instance/create', { body: { instanceName: 'waits' } }, daemon)
    for (const prefix of ['', '/v2'])
      await ask(504, 'POST', `${prefix}/instance/create`, { body: { instanceName: 'gone', qrcode: true } }, daemon)
    assert.deepEqual(await json(200, 'GET', '/instance/fetchInstances?instanceName=gone', {}, daemon), [])
    for (const form of Object.values(FORMS)) await ask(504, 'GET', form('instance', 'connect', 'waits'), {}, daemon)
  } finally {
    await daemon.remove()
  }
})

test('deliveries are shown as the document says', { timeout: 60_000 }, async () => {
  const sink = await new Sink(gateway).up()
  sink.answer = () => ({ status: 422, body: 'no' })
  try {
    await create('rejected', { webhook: { url: sink.url } })
    const letters = () => json(200, 'GET', '/rejected/deliveries/deadLetters')
    await until('a dead letter', async () => (await letters()).deadLetters.length > 0, 30_000)
    const { id } = (await letters()).deadLetters[0]
    for (const form of Object.values(FORMS)) {
      const of = (action, query = '') => form('deliveries', action, 'rejected') + query
      const { lanes } = await json(200, 'GET', of('lanes'))
      assert.deepEqual(lanes.map((one) => one.lane), ['webhook/events'])
      const { attempts } = await json(200, 'GET', of('attempts', '?lane=webhook/events&limit=3'))
      assert.deepEqual(attempts.map((one) => [one.outcome, one.status, one.response]), Array(3).fill(['event rejected', 422, 'no']))
      await ask(200, 'GET', of('deadLetters'))
      assert.equal((await json(200, 'GET', of('deadLetters', `?id=${id}`))).data.instanceName, 'rejected')
      await ask(404, 'GET', of('deadLetters', '?id=4711'))
      for (const [action, query] of [['attempts', '?limit=0'], ['deadLetters', '?from=now']]) await ask(400, 'GET', of(action, query))
    }
  } finally {
    await sink.down()
  }
})

test('a lane that nobody serves cannot be resumed: 403', async () => {
  const daemon = await new Gateway().start()
  try {
    const body = { instanceName: 'a', webhook: { url: HOOK } }
    await json(201, 'POST', '/instance/create', { body }, daemon)
    await until('the lane', async () => (await json(200, 'GET', '/a/deliveries/lanes', {}, daemon)).lanes.length === 1)
    await daemon.stop()
    daemon.dropPlugin('webhook')
    await daemon.start()
    for (const form of Object.values(FORMS))
      await ask(403, 'POST', form('deliveries', 'resume', 'a'), { body: { lane: 'webhook/events' } }, daemon)
  } finally {
    await daemon.remove()
  }
})

test('a connector that does not run is 503', async () => {
  const daemon = await new Gateway().start()
  try {
    await json(201, 'POST', '/instance/create', { body: { instanceName: 'a' } }, daemon)
    await daemon.stop()
    daemon.dropPlugin('baileys')
    await daemon.start()
    for (const form of Object.values(FORMS)) {
      for (const [method, action] of [
        ['GET', 'connect'],
        ['POST', 'restart'],
      ]) {
        const answer = await ask(503, method, form('instance', action, 'a'), {}, daemon)
        assert.match(answer.headers.get('retry-after'), /^\d+$/)
      }
    }
    await ask(400, 'POST', '/instance/create', { body: { instanceName: 'b' } }, daemon)
  } finally {
    await daemon.remove()
  }
})

test('with api.root_dialect v2 the shared paths answer as v2, and as native under /native', async () => {
  const daemon = await new Gateway({ config: 'api: { root_dialect: v2 }' }).start()
  try {
    const body = (instanceName) => ({ body: { instanceName } })
    const v2 = await daemon.call('POST', '/instance/create', body('a'))
    contract.check(contract.operation('instanceCreateV2'), v2)
    contract.check(contract.operation('instanceFetchInstancesV2'), await daemon.call('GET', '/instance/fetchInstances'))
    await ask(201, 'POST', '/native/instance/create', body('b'), daemon)
    await ask(200, 'GET', '/native/instance/fetchInstances', {}, daemon)
    await ask(200, 'GET', '/native/b/instance/connectionState', {}, daemon)
    await ask(200, 'GET', '/native/instance/connectionState/b', {}, daemon)
    await ask(200, 'GET', '/native/health', { key: null }, daemon)
  } finally {
    await daemon.remove()
  }
})

test('a gateway whose disk is below its floor is not ready, says so in its metrics, and is healthy', async () => {
  const daemon = await new Gateway({ config: 'database: { free_disk_min_bytes: 1099511627776 }' }).start()
  try {
    const { response } = await json(503, 'GET', '/ready', { key: null }, daemon)
    assert.deepEqual(response.message, ['the disk is full'])
    await ask(200, 'GET', '/health', { key: null }, daemon)
    const { text } = await ask(200, 'GET', '/metrics', {}, daemon)
    assert.match(text, /^colibri_disk_events_refused_count 1$/m)
    assert.match(text, /^colibri_disk_space_free_bytes [1-9]\d*$/m)
  } finally {
    await daemon.remove()
  }
})

test('what the listener refuses has the shape of every other error', async () => {
  await ask(413, 'POST', '/instance/create', { body: { instanceName: 'x'.repeat(2 << 20) } })
  await ask(431, 'GET', '/health', { headers: { x: 'y'.repeat(17 * 1024) } })
  await ask(400, 'GET', '/keys%zz/instance/connectionState')
})

test('every promise of the document was seen kept, but those that need a fault of the network', () => {
  const promised = contract.operations.flatMap((one) =>
    Object.keys(one.responses)
      .filter((status) => status !== 'default')
      .map((status) => `${one.id} ${status}`),
  )
  const needAFault =
    /^(instance|passkey|message|chat|group|label|link|settings|webhook|websocket|rabbitmq|deliveries)\w+ 50[34]$|^linkConfirm 200$/ // link_page.test.mjs sees that one
  const needAnotherConnector = /^messageSendTemplate(V2)? (201|422)$/
  /** Without a proof that we showed the QR code, five minutes after it: a test of the bridge has it. */
  const needsPatience = /^passkeyConfirm(V2)? 200$/
  assert.deepEqual(
    promised.filter((one) => !contract.seen.has(one) && !needAFault.test(one) && !needAnotherConnector.test(one) && !needsPatience.test(one)),
    [],
  )
})
