// One message through the whole gateway, told in order with real parts: the daemon, the bridge with the real baileys client,
// a real peer, and a webhook receiver that checks every signature.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { trustRoot, post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway, isRunning } from './lib/gateway.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { readQr } from './lib/qr.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { storyOf } from './lib/story.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001',
  BOB = '15550000002',
  CAROL = '15550000003'
const NAME = 'first'
let sim, gateway, sink, bob, carol, instance, qr

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  sink = await new Sink(gateway).up()
  bob = await pairedPeer(sim, 'Bob', BOB)
  carol = await pairedPeer(sim, 'Carol', CAROL)
})
after(async () => {
  await bob?.stop()
  await carol?.stop()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

const isOpen = (ms = 10_000) =>
  until(
    async () => `open; it is ${await gateway.state(NAME)}`,
    async () => (await gateway.state(NAME)) === 'open',
    ms,
  )

test('the story of one instance', { timeout: 300_000 }, async (t) => {
  const step = storyOf(t)

  await step('create answers with a QR code', async () => {
    const answer = await gateway.call('POST', '/instance/create', {
      body: { instanceName: NAME, qrcode: true, webhook: { url: sink.url } },
    })
    assert.equal(answer.status, 201, answer.text)
    instance = answer.json
    assert.deepEqual(Object.keys(instance).sort(), ['hash', 'instance', 'qrcode'])
    assert.equal(instance.instance.status, 'created')
    assert.match(instance.hash.apikey, /^[0-9A-F-]{36}$/)
    qr = instance.qrcode
  })

  await step('the picture decodes to exactly the code', () => {
    assert.equal(readQr(qr.base64), qr.code)
  })

  await step('scanning it opens the instance within 10 s', async () => {
    await post(sim.adminUrl, 'scan-qr', { qr: qr.code, phone: US, name: 'Us' })
    await isOpen()
    const [row] = (await gateway.call('GET', '/instance/fetchInstances')).json
    assert.deepEqual(row, {
      instanceName: NAME,
      instanceId: instance.instance.instanceId,
      integration: 'WHATSAPP-BAILEYS',
      status: 'open',
      owner: `${US}@s.whatsapp.net`,
    })
  })

  await step('the webhook saw it all, signed', async () => {
    const created = await sink.wait('instance.create')
    assert.deepEqual(created.data, { instanceName: NAME, instanceId: instance.instance.instanceId })
    const code = await sink.wait('qrcode.updated')
    assert.equal(code.data.qrcode.code, qr.code)
    const open = await sink.wait('connection.update', (e) => e.data.state === 'open')
    assert.equal(open.data.wuid, `${US}@s.whatsapp.net`)
    assert.equal(open.instance, NAME)
    assert.equal(open.apikey, null)
    assert.equal(open.destination, sink.url)
    assert.deepEqual(sink.unverified, [])
  })

  await step('a text from a peer arrives as messages.upsert', async () => {
    await bob.sock.sendMessage(`${US}@s.whatsapp.net`, { text: 'hello gateway' })
    const event = await sink.wait('messages.upsert', (e) => textOf(e) === 'hello gateway')
    assert.equal(event.data.key.fromMe, false)
    assert.equal(event.data.pushName, 'Bob')
    assert.equal(event.data.messageType, 'conversation')
    assert.equal(event.data.instanceId, instance.instance.instanceId)
    assert.equal(typeof event.data.messageTimestamp, 'number')
    assert.equal(event.sender, `${US}@s.whatsapp.net`)
  })

  await step('sendText reaches the peer decrypted, and its receipt comes back', async () => {
    const answer = await gateway.call('POST', `/${NAME}/message/sendText`, {
      key: instance.hash.apikey,
      body: { number: BOB, text: 'hello bob' },
    })
    assert.equal(answer.status, 201, answer.text)
    const { key } = answer.json
    assert.equal(key.fromMe, true)
    assert.match(key.id, /^3EB0[0-9A-F]{18}$/)
    const got = await bob.text('hello bob')
    assert.equal(got.key.id, key.id)
    await sink.wait('send.message', (e) => e.data.key.id === key.id)
    await sink.wait('messages.update', (e) => e.data.keyId === key.id && e.data.status === 'DELIVERY_ACK')
  })

  await step('the same Idempotency-Key sends once', async () => {
    const request = {
      key: instance.hash.apikey,
      body: { number: BOB, text: 'only once' },
      headers: { 'idempotency-key': 'order-1' },
    }
    const first = await gateway.call('POST', `/${NAME}/message/sendText`, request)
    const second = await gateway.call('POST', `/${NAME}/message/sendText`, request)
    assert.deepEqual(
      [first.status, second.status, second.json.key.id],
      [201, 201, first.json.key.id],
      first.text + second.text,
    )
    const other = await gateway.call('POST', `/${NAME}/message/sendText`, {
      ...request,
      body: { number: BOB, text: 'another' },
    })
    assert.equal(other.status, 422)
    await bob.text('only once')
    assert.equal(
      bob.events.filter((e) => e.type === 'messages.upsert' && JSON.stringify(e.data).includes('only once')).length,
      1,
    )
  })

  await step('200 messages while the sink is down and the daemon is killed twice: every one, in order', async () => {
    await sink.down()
    const seen = sink.received.length
    for (let n = 0; n < 100; n++) {
      await bob.sock.sendMessage(`${US}@s.whatsapp.net`, { text: `bob ${n}` })
      await carol.sock.sendMessage(`${US}@s.whatsapp.net`, { text: `carol ${n}` })
      if (n === 30 || n === 70) {
        await gateway.kill9()
        await gateway.start()
      }
    }
    await isOpen(30_000)
    await sink.up()
    const texts = (who) => [
      ...new Map(
        sink
          .of('messages.upsert')
          .filter((e) => textOf(e)?.startsWith(who + ' '))
          .map((e) => [e.id, textOf(e)]),
      ).values(),
    ]
    await until(
      () => `all texts; bob ${texts('bob').length}, carol ${texts('carol').length}`,
      () => texts('bob').length >= 100 && texts('carol').length >= 100,
      120_000,
    )
    for (const who of ['bob', 'carol']) {
      assert.deepEqual(
        texts(who),
        Array.from({ length: 100 }, (_, n) => `${who} ${n}`),
        `${who}: every message, in order, each under one id`,
      )
    }
    assert.ok(sink.received.length > seen)
    assert.deepEqual(sink.unverified, [])
  })

  await step('a killed bridge comes back and the instance reopens by itself', async () => {
    const [bridge] = gateway.bridges()
    process.kill(bridge, 'SIGKILL')
    await until('another bridge', () => gateway.bridges().some((pid) => pid !== bridge))
    await isOpen(30_000)
    await bob.sock.sendMessage(`${US}@s.whatsapp.net`, { text: 'after the bridge' })
    await sink.wait('messages.upsert', (e) => textOf(e) === 'after the bridge', 30_000)
  })

  await step('kill -9 of the daemon leaves no bridge behind', async () => {
    const bridges = gateway.bridges()
    await gateway.kill9()
    await until('the bridge to end', () => !bridges.some(isRunning))
    await gateway.start()
  })

  await step('a restart opens with no new QR code', async () => {
    await isOpen(30_000)
    const codes = sink.of('qrcode.updated').length
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
    await gateway.start()
    await isOpen(30_000)
    assert.equal(sink.of('qrcode.updated').length, codes)
  })

  await step('after logout a QR code is needed', async () => {
    const answer = await gateway.call('DELETE', `/${NAME}/instance/logout`)
    assert.deepEqual([answer.status, answer.json], [200, { instance: NAME, status: 'logged out' }], answer.text)
    assert.equal(await gateway.state(NAME), 'close')
    await sink.wait('logout.instance')
    const again = await gateway.call('GET', `/${NAME}/instance/connect`)
    assert.equal(again.status, 200, again.text)
    assert.equal(readQr(again.json.qrcode.base64), again.json.qrcode.code)
    assert.ok(!sim.store.device(`${US}:1@s.whatsapp.net`), 'the companion is still linked')
  })

  await step('delete says farewell, then nothing of the instance is left', async () => {
    const answer = await gateway.call('DELETE', `/${NAME}/instance/delete`)
    assert.deepEqual([answer.status, answer.json], [200, { instance: NAME, status: 'deleted' }], answer.text)
    await sink.wait('instance.delete')
    await sink.wait('remove.instance')
    await until(
      'the name to be free',
      async () => (await gateway.call('POST', '/instance/create', { body: { instanceName: NAME } })).status === 201,
    )
    await gateway.call('DELETE', `/${NAME}/instance/delete`)
    await until('the purge', () => gateway.output.split('deleted instance=first').length > 2)
    await gateway.stop()
    const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    for (const { parentPath, name: file } of files) {
      const bytes = readFileSync(join(parentPath, file), 'latin1')
      for (const trace of [instance.instance.instanceId, US])
        assert.ok(!bytes.includes(trace), `${file} still holds ${trace}`)
    }
  })

  await step('no secret, QR text or message body is in the log', () => {
    for (const secret of [
      gateway.key,
      gateway.webhookSecret,
      instance.hash.apikey,
      qr.code,
      'hello gateway',
      'hello bob',
      'bob 17',
      'privKey',
    ]) {
      assert.ok(!gateway.output.includes(secret), `the log holds ${secret}`)
    }
  })
})
