// Files of messages: a real baileys peer sends them through the simulator, and the webhook has them in the message.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { trustRoot } from '../wasim/client.mjs'
import { hush } from '../wasim/src/b.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { Sink } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001',
  BOB = '15550000002'
let sim, gateway, sink, bob
before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({
    sim,
    caFile: sim.opts.tls.certPath,
    env: { COLIBRI_WEBHOOK_MEDIA_SERVER: `https://${sim.media.host}` },
  }).start()
  sink = await new Sink(gateway).up()
  bob = await pairedPeer(sim, 'Bob', BOB)
  await pair(gateway, sim, await created(gateway, 'files', US, sink.url))
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

const set = async (webhook) => {
  const answer = await gateway.call('POST', '/files/webhook/set', { body: { webhook: { url: sink.url, ...webhook } } })
  assert.equal(answer.status, 201, answer.text)
}
/** What arrives at the webhook of what Bob sends. */
async function sent(content) {
  const { key } = await bob.sock.sendMessage(`${US}@s.whatsapp.net`, content)
  return sink.wait('messages.upsert', (event) => event.data.key.id === key.id)
}
const document = (bytes) => ({ document: bytes, mimetype: 'application/pdf', fileName: 'invoice.pdf' })

test('the file comes with its message from the moment the setting is made, whatever it was when the link opened', async () => {
  const file = randomBytes(100_000)
  const { data } = await sent(document(file))
  assert.equal(data.message.base64, undefined)
  await set({ base64: true })
  const with64 = await sent(document(file))
  assert.equal(with64.data.messageType, 'documentMessage')
  assert.ok(Buffer.from(with64.data.message.base64, 'base64').equals(file), 'the same bytes')
  assert.equal(with64.data.message.documentMessage.fileName, 'invoice.pdf')
  const { data: text } = await sent({ text: 'no file' })
  assert.equal(text.message.base64, undefined)
  await set({ base64: false })
  assert.equal((await sent(document(file))).data.message.base64, undefined)
})

test('a file that is gone does not keep its message back', async () => {
  await set({ base64: true })
  const put = sim.media.put
  sim.media.put = (data, kind) => `/v/${kind}/${randomBytes(16).toString('hex')}`
  try {
    const { data } = await sent(document(Buffer.from('gone')))
    assert.equal(data.messageType, 'documentMessage')
    assert.equal(data.message.base64, undefined)
    await until('the gateway to say so', () => /file of a message could not be had.*HTTP 404/.test(gateway.output))
  } finally {
    sim.media.put = put
  }
})
