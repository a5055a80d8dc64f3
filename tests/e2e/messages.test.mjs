// Every message that the API sends, from the request to the other person's client: what arrives is what was asked for, the answer is the
// document's, and the event at the webhook is the answer. In the bodies of both dialects, and in those of older clients.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { trustRoot } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Contract } from './lib/contract.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { Sink } from './lib/sink.mjs'

hush()
const US = '15550000001',
  BOB = '15550000002'
let contract, sim, gateway, sink, bob
before(async () => {
  contract = await Contract.load()
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  sink = await new Sink(gateway).up()
  bob = await pairedPeer(sim, 'Bob', BOB)
  await pair(gateway, sim, await created(gateway, 'us', US, sink.url))
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sink?.down()
  await sim?.stop()
})

const v2 = (router, action) => `/${router}/${action}/us`
const native = (router, action) => `/us/${router}/${action}`

async function ask(status, method, path, body) {
  const answer = contract.check(contract.find(method, path), await gateway.call(method, path, { body }))
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
  return answer.json
}
const isOf = (id) => ({ messages }) => messages.find(({ key }) => key.id === id)
/** Sends, checks the event of it, and resolves with the answer and the message as Bob has it. */
async function sent(action, body, form = native) {
  const answer = await ask(201, 'POST', form('message', action), body)
  const { message } = await bob.wait('messages.upsert', isOf(answer.key.id))
  const { data } = await sink.wait('send.message', (event) => event.data.key.id === answer.key.id)
  assert.deepEqual(data, answer)
  return { answer, message }
}
const reply = [{ type: 'reply', displayText: 'Yes', id: 'yes' }]

/** Action → body, the type of the message that it makes, and what of it Bob must have. */
const SENDS = {
  sendText: [{ text: 'hello' }, 'conversation', (m) => assert.equal(m.extendedTextMessage.text, 'hello')],
  sendLocation: [
    { latitude: -23.5, longitude: -46.5, name: 'Loja', address: 'Rua A' },
    'locationMessage',
    ({ locationMessage: at }) =>
      assert.deepEqual([at.degreesLatitude, at.degreesLongitude, at.name, at.address], [-23.5, -46.5, 'Loja', 'Rua A']),
  ],
  sendContact: [
    { contact: [{ fullName: 'Ana', phoneNumber: '+55 11 99999-0001' }] },
    'contactMessage',
    (m) => assert.match(m.contactMessage.vcard, /FN:Ana\n.*waid=5511999990001:/s),
  ],
  sendPoll: [
    { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 },
    'pollCreationMessageV3',
    (m) => assert.deepEqual(m.pollCreationMessageV3.options.map((one) => one.optionName), ['today', 'tomorrow']),
  ],
  sendList: [
    { title: 'Lunch', description: 'Today', footerText: 'x', buttonText: 'Menu', sections: [{ title: 'Warm', rows: [{ title: 'Soup', rowId: 'soup' }] }] },
    'interactiveMessage',
    (m) => assert.match(m.interactiveMessage.nativeFlowMessage.buttons[0].buttonParamsJson, /"id":"soup"/),
  ],
  sendButtons: [
    { title: 'Lunch', description: 'Coming?', buttons: reply },
    'interactiveMessage',
    (m) => assert.equal(m.interactiveMessage.nativeFlowMessage.buttons[0].name, 'quick_reply'),
  ],
  sendEvent: [
    { name: 'Opening', startTime: 1_798_761_600 },
    'eventMessage',
    (m) => assert.equal(Number(m.eventMessage.startTime), 1_798_761_600),
  ],
  forward: [
    { key: { id: 'ABC' }, message: { conversation: 'pass it on' } },
    'conversation',
    ({ extendedTextMessage: text }) => assert.deepEqual([text.text, text.contextInfo.isForwarded], ['pass it on', true]),
  ],
}

describe('what is sent arrives as it was asked for, and is told as it is answered', () => {
  for (const [action, [body, type, check]] of Object.entries(SENDS))
    for (const form of [native, v2])
      test(form('message', action), async () => {
        const { answer, message } = await sent(action, { number: BOB, ...body }, form)
        check(message)
        assert.equal(answer.messageType, type)
        assert.deepEqual([answer.pushName, answer.status, answer.key.remoteJid], ['Você', 'PENDING', `${BOB}@s.whatsapp.net`])
      })
})

test('a reaction, and a status for those who are named', async () => {
  const { answer } = await sent('sendText', { number: BOB, text: 'like me' })
  const { message } = await sent('sendReaction', { key: answer.key, reaction: '👍' }, v2)
  assert.equal(message.reactionMessage.text, '👍')
  const status = { type: 'text', content: 'open', backgroundColor: '#008000', font: 0, statusJidList: [`${BOB}@s.whatsapp.net`] }
  assert.equal((await sent('sendStatus', status, v2)).message.extendedTextMessage.text, 'open')
  for (const type of ['image', 'audio', 'video'])
    await ask(400, 'POST', v2('message', 'sendStatus'), { ...status, type })
})

test('a template is the Business API\'s', async () => {
  const { response } = await ask(400, 'POST', v2('message', 'sendTemplate'), { number: BOB, name: 'hello', language: 'en' })
  assert.deepEqual(response.message, ['WHATSAPP-BAILEYS cannot do message.sendTemplate'])
})

test('whatever is sent to a group can quote by an id alone, and mention everybody', async () => {
  const group = await bob.sock.groupCreate('Everybody', [`${US}@s.whatsapp.net`])
  const first = (await sent('sendText', { number: group.id, text: 'first' })).answer
  for (const [action, [body]] of Object.entries(SENDS)) {
    if (action === 'forward') continue
    const more = { quoted: { key: { id: first.key.id } }, mentionsEveryOne: true }
    const { message } = await sent(action, { number: group.id, ...body, ...more })
    const { contextInfo } = Object.values(message).find((part) => part?.contextInfo)
    assert.equal(contextInfo.stanzaId, first.key.id, action)
    assert.equal(contextInfo.participant, `${US}@s.whatsapp.net`, action)
    assert.equal(contextInfo.mentionedJid.length, 2, action)
  }
})

test('bodies of older clients are understood under v2', async () => {
  const group = await bob.sock.groupCreate('Older', [`${US}@s.whatsapp.net`])
  const first = (await sent('sendText', { number: group.id, text: 'first' })).answer
  const options = { delay: 1, presence: 'composing', linkPreview: false, quoted: { key: { id: first.key.id } }, mentions: { everyOne: true } }
  const { message } = await sent('sendText', { number: group.id, textMessage: { text: 'as in v1' }, options }, v2)
  const { text, contextInfo } = message.extendedTextMessage
  assert.deepEqual([text, contextInfo.stanzaId, contextInfo.mentionedJid.length], ['as in v1', first.key.id, 2])
  const named = { options: { mentions: { mentioned: [BOB] } } }
  const other = await sent('sendLocation', { number: group.id, latitude: 1, longitude: 2, ...named }, v2)
  assert.deepEqual(other.message.locationMessage.contextInfo.mentionedJid, [`${BOB}@s.whatsapp.net`])
  const everybody = await sent('sendText', { number: group.id, text: 'x', everyOne: true }, v2)
  assert.equal(everybody.message.extendedTextMessage.contextInfo.mentionedJid.length, 2)
  for (const [action, member] of [['sendLocation', 'locationMessage'], ['sendContact', 'contactMessage'], ['sendPoll', 'pollMessage'], ['sendList', 'listMessage']]) {
    const [body, type, check] = SENDS[action]
    const { answer, message: arrived } = await sent(action, { number: BOB, [member]: body.contact ?? body, options: { delay: 1 } }, v2)
    check(arrived)
    assert.equal(answer.messageType, type)
  }
  const reactionMessage = { key: first.key, reaction: '👍' }
  assert.equal((await sent('sendReaction', { reactionMessage }, v2)).message.reactionMessage.text, '👍')
  const statusMessage = { type: 'text', content: 'open', statusJidList: [BOB] }
  assert.equal((await sent('sendStatus', { statusMessage }, v2)).message.extendedTextMessage.text, 'open')
  for (const form of [native, v2]) await sent('sendText', { number: Number(BOB), text: 'a number as a number' }, form)
})

test('an edit is told as the change that it is, and a deletion as what was deleted', async () => {
  const { answer } = await sent('sendText', { number: BOB, text: 'helo' })
  const edit = await ask(200, 'POST', v2('chat', 'updateMessage'), { number: BOB, text: 'hello', key: answer.key })
  await bob.wait('messages.update', (list) => list.some((one) => one.key.id === answer.key.id && one.update.message?.editedMessage))
  const { data } = await sink.wait('send.message.update', (event) => event.data.key.id === answer.key.id)
  assert.deepEqual(data, edit.message.protocolMessage)
  assert.equal(data.editedMessage.extendedTextMessage.text, 'hello')
  await ask(201, 'DELETE', v2('chat', 'deleteMessageForEveryone'), answer.key)
  await bob.wait('messages.update', (list) => list.some((one) => one.key.id === answer.key.id && one.update.message === null))
  const deleted = await sink.wait('messages.delete', (event) => event.data.id === answer.key.id)
  assert.deepEqual([deleted.data.status, deleted.data.key, deleted.data.message.conversation], ['DELETED', answer.key, 'helo'])
  const others = sink.of('send.message').filter((event) => event.data.messageType === 'protocolMessage')
  assert.deepEqual(others, [])
})

test('what others sent is pinned, starred and voted in with what its event says', async () => {
  const { key } = await bob.sock.sendMessage(`${US}@s.whatsapp.net`, { poll: { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 } })
  const { data: poll } = await sink.wait('messages.upsert', (event) => event.data.key.id === key.id)
  const pinned = await ask(201, 'POST', native('message', 'pin'), { key: poll.key })
  assert.equal((await bob.wait('messages.upsert', isOf(pinned.key.id))).message.pinInChatMessage.key.id, key.id)
  assert.deepEqual(await ask(200, 'POST', native('message', 'star'), { key: poll.key }), { starred: true })
  const vote = await ask(201, 'POST', native('message', 'votePoll'), { key: poll.key, message: poll.message, options: ['today'] })
  assert.equal((await bob.wait('messages.upsert', isOf(vote.key.id))).message.pollUpdateMessage.pollCreationMessageKey.id, key.id)
  await ask(200, 'POST', native('chat', 'setDisappearing'), { number: BOB, expiration: 86400 })
})
