// Messages of every size through the whole gateway: what comes is delivered whole or said to have come, and what is behind it comes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { trustRoot } from '../wasim/client.mjs'
import { hush } from '../wasim/src/b.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001',
  TO = `${US}@s.whatsapp.net`,
  MIB = 1024 * 1024
let sim, gateway, sink, eve
before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  sink = await new Sink(gateway).up()
  await pair(gateway, sim, await created(gateway, 'sizes', US, sink.url))
  eve = sim.phone(sim.account('15550000002', 'Eve'))
})
after(async () => {
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

let markers = 0
/** Sends it, and a numbered text behind it. Resolves with the event of the first when the second is there. */
async function sent(message) {
  const id = await eve.sendMessage(TO, message)
  const marker = `marker ${++markers}`
  await eve.sendMessage(TO, marker)
  await sink.wait('messages.upsert', (event) => textOf(event) === marker, 60_000)
  return sink.wait('messages.upsert', (event) => event.data.key.id === id)
}
const unconfirmed = () => [...sim.store.device(`${US}:1@s.whatsapp.net`).pending.keys()].filter((key) => key.startsWith('message:'))

test('a text of a million characters, and fifty thousand mentions, arrive whole', async () => {
  assert.equal(textOf(await sent('x'.repeat(MIB))).length, MIB)
  const mentionedJid = Array.from({ length: 50_000 }, (_, n) => `${15550100000 + n}@s.whatsapp.net`)
  const { data } = await sent({ extendedTextMessage: { text: 'all', contextInfo: { mentionedJid } } })
  assert.equal(data.contextInfo.mentionedJid.length, 50_000)
})

test('a record of several writes arrives whole', async () => {
  assert.equal(textOf(await sent('x'.repeat(9 * MIB))).length, 9 * MIB)
})

test('a thumbnail of a megabyte is a webhook of 1.4, and the same bytes', async () => {
  const jpegThumbnail = Buffer.alloc(MIB, 200)
  const { data } = await sent({ imageMessage: { mimetype: 'image/jpeg', jpegThumbnail } })
  assert.ok(Buffer.from(data.message.imageMessage.jpegThumbnail, 'base64').equals(jpegThumbnail))
})

test('what no event can hold is quarantined: whose it is, when, what is wrong with it and how large it is', async () => {
  let deep = { conversation: 'innermost' }
  for (let n = 0; n < 100; ++n) deep = { extendedTextMessage: { text: 'a', contextInfo: { quotedMessage: deep } } }
  const control = { conversation: '\u0001'.repeat(3 * MIB) } // six bytes of JSON each
  for (const [message, reason] of [
    [deep, 'tooDeep'],
    [control, 'tooLarge'],
    [{ reactionMessage: { text: 'to nothing' } }, 'unreadable'],
  ]) {
    const { data } = await sent(message)
    assert.deepEqual([data.messageType, data.quarantine.reason, data.message, data.pushName], ['quarantined', reason, {}, 'Eve'])
    assert.ok(data.quarantine.bytes > 0)
  }
  await until('the gateway to say so', () => /a message was quarantined .*reason=tooLarge/.test(gateway.output))
})

test('a stranger does not stop an instance with a sender key for a group of a long name', async () => {
  const key = { groupId: 'g'.repeat(600), axolotlSenderKeyDistributionMessage: Buffer.alloc(40, 7) }
  assert.equal(textOf(await sent({ conversation: 'hi', senderKeyDistributionMessage: key })), 'hi')
})

test('all of it was confirmed, over one link, and a restart finds nothing to do', async () => {
  await until('every receipt', () => unconfirmed().length === 0)
  assert.doesNotMatch(gateway.output, /the store failed|could not store|lost/)
  const before = sink.of('messages.upsert').length
  await gateway.stop()
  await gateway.start()
  await until('the instance to be open', async () => (await gateway.state('sizes')) === 'open', 20_000)
  await sent('after the restart')
  assert.equal(sink.of('messages.upsert').length, before + 2)
})
