// Strangers with much time: floods of handshakes without a key, and of wrong keys. Their addresses are those that a
// trusted proxy names.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { Listener } from './lib/listener.mjs'
import { Pipeline } from './lib/pipeline.mjs'
import { opened, say } from './lib/spoken.mjs'
import { until } from './lib/wait.mjs'

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling'
const ATTACKER = '203.0.113.5'
const WRONG = 5000
let gateway, shopKey
const open = []
before(async () => {
  const env = { SERVER_TRUSTED_PROXIES: '127.0.0.1', AUTHENTICATION_FAILED_PER_MINUTE: '60' }
  gateway = await new Gateway({ config: '  generator: {}\n  websocket: {}\n', env }).start()
  shopKey = (await opened(gateway, 'shop', { websocket: { enabled: true } })).hash.apikey
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
after(() => gateway?.remove())

const opens = (client) => {
  open.push(client)
  return client
}
const from = (address) => ({ 'X-Forwarded-For': address })
const metric = async (name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await gateway.call('GET', '/metrics')).text)?.[1])

test('16,500 handshakes without a key from one address lock nobody out of Socket.IO', { timeout: 120_000 }, async () => {
  const client = (options) => opens(new Listener(gateway, '/shop', { transports: ['polling'], ...options })).connected()
  const before = await client({ auth: { apikey: shopKey } })
  const flood = opens(new Pipeline(gateway, from(ATTACKER)))
  for (let i = 0; i < 33; ++i) flood.get(HANDSHAKE, { count: 500 })
  await flood.answered()
  assert.equal(flood.count(200), 16_500, 'the new ones come in')

  let more = true
  const goesOn = (async () => {
    while (more) {
      flood.get(HANDSHAKE, { count: 200 })
      await flood.answered()
    }
  })()
  const during = await Promise.all([
    client({ auth: { apikey: shopKey }, extraHeaders: from('198.51.100.8') }),
    client({ extraHeaders: { apikey: shopKey, ...from(ATTACKER) } }),
    client({ query: { apikey: shopKey }, extraHeaders: from('198.51.100.9'), transports: ['websocket'] }),
  ])
  more = false
  await goesOn
  await say(gateway, 'shop', 'still here')
  for (const listener of [before, ...during]) await listener.hears('still here')
  await until('the gateway to say so', () => gateway.output.includes('sessions that joined no namespace gave way to newer ones'))
})

/** Sixty at once and one a second are answered 401. */
function within(flood, seconds) {
  const count = flood.count(401)
  assert.ok(count >= 60 && count <= 61 + seconds, `${count} were answered 401 in ${seconds} s`)
}

/** 5,000 wrong keys and then the right one, in one go; how the last was answered. */
async function guess(address) {
  const flood = opens(new Pipeline(gateway, from(address)))
  const began = Date.now()
  const [wrong, unseen] = [await metric('colibri_api_keys_wrong_total'), await metric('colibri_api_keys_unseen_total')]
  flood.get('/plugins', { count: WRONG, headers: { apikey: 'wrong-key-wrong-key' } })
  flood.get('/plugins', { headers: { apikey: gateway.key } })
  const statuses = await flood.answered()
  const seconds = (Date.now() - began) / 1000
  const looked = (await metric('colibri_api_keys_wrong_total')) - wrong
  assert.ok(looked <= 60 + 20 + 21 * (seconds + 1), `${looked} of ${WRONG} were looked at in ${seconds} s`)
  assert.ok((await metric('colibri_api_keys_unseen_total')) - unseen >= WRONG - looked, 'the rest was not')
  within(flood, seconds)
  return statuses.at(-1)
}

test('of 5,000 wrong keys from one address few are looked at, and the right one behind them is not', { timeout: 120_000 }, async () => {
  // There is a look twenty times a second, which the right key may happen to get.
  let last
  for (let i = 1; i <= 3 && last !== 429; ++i) last = await guess(`198.51.100.${i}`)
  assert.equal(last, 429)
  const other = await gateway.call('GET', '/plugins', { headers: from('198.51.100.77') })
  assert.equal(other.status, 200, 'other addresses do not notice')
})

test('an address that a right key came from is always looked at, as one of a private network is', { timeout: 120_000 }, async () => {
  for (const address of ['198.51.100.200', '10.1.2.3']) {
    if (address.startsWith('198')) assert.equal((await gateway.call('GET', '/plugins', { headers: from(address) })).status, 200)
    const flood = opens(new Pipeline(gateway, from(address)))
    const began = Date.now()
    flood.get('/plugins', { count: 500, headers: { apikey: 'wrong-key-wrong-key' } })
    flood.get('/plugins', { headers: { apikey: gateway.key } })
    const statuses = await flood.answered()
    within(flood, (Date.now() - began) / 1000)
    assert.equal(flood.count(401) + flood.count(429), 500)
    assert.equal(statuses.at(-1), 200, address)
  }
})
