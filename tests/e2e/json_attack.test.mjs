// What one instance's key can do with JSON to the others. The daemon is real; nothing is connected to WhatsApp.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { collidingKeys } from './lib/collisions.mjs'
import { Gateway } from './lib/gateway.mjs'

let gateway, attacker, other
before(async () => {
  gateway = await new Gateway({ env: { LOG_LEVEL: 'info' } }).start()
  attacker = await create('attacker')
  other = await create('other')
})
after(() => gateway?.remove())

const create = async (instanceName) =>
  (await gateway.call('POST', '/instance/create', { body: { instanceName } })).json.hash.apikey

/** Milliseconds that the daemon has computed; /proc counts in hundredths of a second. */
const cpuMs = () => {
  const fields = readFileSync(`/proc/${gateway.pid}/stat`, 'utf8').split(') ').pop().split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const ROUNDS = 6,
  CONNECTIONS = 4
const percentile = (values, share) => values.sort((a, b) => a - b)[Math.ceil(values.length * share) - 1]

/** Sends `body` again and again over some connections while the other tenant asks; what it cost whom. */
async function under(body) {
  const before = cpuMs()
  let sending = true
  const answers = []
  const senders = Array.from({ length: CONNECTIONS }, async () => {
    for (let i = 0; i < ROUNDS; i++)
      answers.push(await gateway.call('POST', '/attacker/instance/setPresence', { key: attacker, body }))
  })
  const waits = []
  const asking = (async () => {
    while (sending) {
      const began = performance.now()
      const answer = await gateway.call('GET', '/other/instance/connectionState', { key: other })
      assert.equal(answer.status, 200)
      waits.push(performance.now() - began)
    }
  })()
  await Promise.all(senders)
  sending = false
  await asking
  return { answers, cpu: (cpuMs() - before) / answers.length, p90: percentile(waits, 0.9) }
}

test('a body of 65,536 keys that collide costs no more than one of as many texts, and nobody waits', async (t) => {
  const keys = collidingKeys(65_536)
  const plain = JSON.stringify({ presence: keys })
  const attack = JSON.stringify(Object.fromEntries(keys.map((key) => [key, 0])))
  assert.ok(attack.length > 800_000)
  await under(plain)
  const usual = await under(plain)
  const attacked = await under(attack)
  t.diagnostic(`a body of texts: ${usual.cpu.toFixed(1)} ms, the other tenant's p90 ${usual.p90.toFixed(1)} ms`)
  t.diagnostic(`of such keys: ${attacked.cpu.toFixed(1)} ms, p90 ${attacked.p90.toFixed(1)} ms`)
  for (const { status } of usual.answers) assert.equal(status, 400, 'it is read to its end, and no presence')
  for (const { status, json } of attacked.answers) {
    assert.equal(status, 400)
    assert.match(json.response.message[0], /has an object of more than 256 members, at line 1, column \d+$/)
  }
  assert.ok(attacked.cpu < 3 * usual.cpu + 10, `${attacked.cpu} ms of computing for a body, ${usual.cpu} usually`)
  assert.ok(attacked.p90 < 5 * usual.p90 + 50, `the other tenant waits ${attacked.p90} ms, usually ${usual.p90}`)
})

test('what a body of many mistakes is told is short', async () => {
  const body = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`member${i}`, i]))
  const { status, json } = await gateway.call('POST', '/attacker/instance/setPresence', { key: attacker, body })
  assert.equal(status, 400)
  assert.equal(json.response.message.at(-1), 'and 231 more')
  assert.ok(json.response.message.length <= 22, json.response.message.join('\n'))
})

test('50,000 mentions and a quoted picture of numbered bytes are read', async () => {
  const thumbnail = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i, i % 256]))
  const quoted = { key: { id: '1' }, message: { imageMessage: { jpegThumbnail: thumbnail } } }
  const mentioned = Array.from({ length: 50_000 }, (_, i) => `55119${10_000_000 + i}`)
  for (const more of [{ quoted }, { mentioned }]) {
    const body = { number: '5511999999999', text: 'x', ...more }
    const { status, json } = await gateway.call('POST', '/other/message/sendText', { key: other, body })
    assert.equal(status, 400)
    assert.deepEqual(json.response.message, ['The "other" instance is not connected'])
  }
})
