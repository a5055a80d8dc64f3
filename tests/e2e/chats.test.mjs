// Numbers, chats, the account's profile and its privacy through the API, as a real client, the account's phone and the simulator see them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post, trustRoot } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15555000001',
  BOB = '15555000002',
  SHOP = '15555000003',
  OLD = '551187654321', // registered before Brazil's ninth digit
  NOBODY = '15559999999'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const jid = (phone) => `${phone}@s.whatsapp.net`

let sim, gateway, bob
const admin = (action, body) => post(sim.adminUrl, action, body)

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  bob = await pairedPeer(sim, 'Bob', BOB)
  const hours = { timezone: 'America/Sao_Paulo', days: [{ day_of_week: 'mon', mode: 'open_24h' }] }
  await admin('account', {
    phone: SHOP,
    business: { address: 'Street 1', description: 'Shoes', website: 'https://shop.test', email: 'a@shop.test', category: 'Shoe shop', hours },
  })
  await admin('account', { phone: OLD })
  await pair(gateway, sim, await created(gateway, 'us', US))
  const named = () => gateway.call('POST', '/us/chat/updateProfileName', { body: { name: 'Us' } })
  await until('the phone to send the key of the settings', async () => (await named()).status === 200)
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sim?.stop()
})

async function ask(status, method, action, body, path = `/us/chat/${action}`) {
  const answer = await gateway.call(method, path, { body })
  assert.equal(answer.status, status, `${action}: ${answer.text}`)
  return answer.json
}
const sentences = (json) => json.response.message
const account = (phone) => sim.account(phone)
/** What the account's settings say, as its phone reads them: [what, of whom, value]. */
async function settings(collection) {
  const { mutationMap } = await sim.phone(account(US)).replay(collection)
  return Object.values(mutationMap).map(({ index, syncAction }) => ({ index, action: syncAction.value }))
}
const settingOf = async (collection, ...index) => (await settings(collection)).find((one) => String(one.index) === String(index))?.action

test('numbers are told apart, in their order, and each is asked for once', async () => {
  const group = await bob.sock.groupCreate('Ours', [jid(US)])
  const numbers = [`+${BOB}`, NOBODY, '5511987654321', group.id, '120363999999999999@g.us', account(BOB).jid(true)]
  const questions = () => sim.counters.get('iq get usync usync') ?? 0
  const before = questions()
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(200, 'POST', 'whatsappNumbers', { numbers })))
  assert.deepEqual(
    answers[0].map(({ jid, exists, number, lid }) => [jid, exists, number, lid]),
    [
      [jid(BOB), true, `+${BOB}`, account(BOB).jid(true)],
      [jid(NOBODY), false, NOBODY, undefined],
      [jid(OLD), true, '5511987654321', account(OLD).jid(true)],
      [group.id, true, group.id, undefined],
      ['120363999999999999@g.us', false, '120363999999999999@g.us', undefined],
      [account(BOB).jid(true), true, account(BOB).jid(true), undefined],
    ],
  )
  assert.equal(answers[0][3].name, 'Ours')
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.ok(questions() - before <= 2, `${questions() - before} questions`)
})

test('a chat is archived and taken out again, and marked unread, as the phone sees it', async () => {
  const { key } = await bob.sock.sendMessage(jid(US), { text: 'for the archive' })
  const received = { key: { id: key.id, remoteJid: jid(BOB), fromMe: false }, messageTimestamp: 1_800_000_000 }
  const archived = async (body, path) => {
    assert.deepEqual(await ask(201, 'POST', 'archiveChat', body, path), { chatId: jid(BOB), archived: body.archive })
    const { archiveChatAction } = await settingOf('regular_low', 'archive', jid(BOB))
    assert.deepEqual([archiveChatAction.archived, archiveChatAction.messageRange.messages[0].key.id], [body.archive, key.id])
  }
  await archived({ archive: true, lastMessage: received })
  await archived({ archive: false, lastMessage: received, chat: BOB }, '/chat/archiveChat/us')
  assert.deepEqual(await ask(201, 'POST', 'markChatUnread', { lastMessage: received }, '/v2/chat/markChatUnread/us'), {
    chatId: jid(BOB),
    markedChatUnread: true,
  })
  assert.equal((await settingOf('regular_low', 'markChatAsRead', jid(BOB))).markChatAsReadAction.read, false)
})

test('without a last message the last one counts that came in; of a chat where none did that is a refusal', async () => {
  const { key } = await bob.sock.sendMessage(jid(US), { text: 'the last one' })
  const last = async () => {
    await ask(201, 'POST', 'archiveChat', { archive: true, chat: BOB })
    return (await settingOf('regular_low', 'archive', jid(BOB))).archiveChatAction.messageRange.messages[0].key.id === key.id
  }
  await until('the message to count', last)
  assert.match(sentences(await ask(400, 'POST', 'archiveChat', { archive: true, chat: SHOP }))[0], /lastMessage: is missing/)
  await ask(400, 'POST', 'archiveChat', { archive: true })
})

test('typing is shown for as long as was asked for, and taken back', async () => {
  await bob.sock.sendPresenceUpdate('available')
  for (const presence of ['composing', 'recording']) {
    const mark = bob.mark()
    const shown = (what) => bob.wait('presence.update', ({ presences }) => Object.values(presences)[0].lastKnownPresence === what, 10_000, mark)
    const answer = ask(201, 'POST', 'sendPresence', { number: BOB, presence, delay: 300 })
    await shown(presence)
    const begun = performance.now()
    assert.deepEqual(await answer, { presence })
    assert.ok(performance.now() - begun > 100, 'the answer waits')
    await shown('available')
  }
  const refused = await ask(400, 'POST', 'sendPresence', { number: NOBODY, presence: 'composing', delay: 0 })
  assert.equal(sentences(refused)[0].exists, false)
})

test('somebody is blocked and no longer, by his number and by the address that does not tell it', async () => {
  const lid = account(BOB).jid(true)
  for (const number of [BOB, lid]) {
    assert.deepEqual(await ask(201, 'POST', 'updateBlockStatus', { number, status: 'block' }), { block: 'success' })
    assert.deepEqual([...account(US).blocklist], [lid])
    await ask(201, 'POST', 'updateBlockStatus', { number, status: 'unblock' })
    assert.deepEqual([...account(US).blocklist], [])
  }
  assert.equal(sentences(await ask(400, 'POST', 'updateBlockStatus', { number: NOBODY, status: 'block' }))[0].exists, false)
})

test('a business says what it is; who is none, or nobody, is told apart', async () => {
  assert.deepEqual(await ask(200, 'POST', 'fetchBusinessProfile', { number: SHOP }), {
    isBusiness: true,
    wid: jid(SHOP),
    address: 'Street 1',
    description: 'Shoes',
    website: ['https://shop.test'],
    email: 'a@shop.test',
    category: 'Shoe shop',
    business_hours: { timezone: 'America/Sao_Paulo', business_config: [{ day_of_week: 'mon', mode: 'open_24h' }] },
  })
  const none = (number, exists) => ({ isBusiness: false, message: 'Not is business profile', jid: jid(number), exists, number })
  assert.deepEqual(await ask(200, 'POST', 'fetchBusinessProfile', { number: BOB }), none(BOB, true))
  assert.deepEqual(await ask(200, 'POST', 'fetchBusinessProfile', { number: NOBODY }), none(NOBODY, false))
})

test('what people show of themselves is told, and nothing of nobody', async () => {
  await bob.sock.updateProfileStatus('Gone fishing')
  await admin('picture', { phone: BOB, picture: '/9j/4AAQ' })
  const named = async () => {
    await bob.sock.sendMessage(jid(US), { text: 'with my name' })
    const profile = await ask(200, 'POST', 'fetchProfile', { number: BOB })
    return profile.name !== null && profile
  }
  const { picture, ...profile } = await until('his name to be known', named)
  assert.deepEqual(profile, {
    wuid: jid(BOB), name: 'Bob', numberExists: true, status: 'Gone fishing', isBusiness: false, email: null, description: null, website: null,
  })
  assert.match(picture, /^https:/)
  const shop = await ask(200, 'POST', 'fetchProfile', { number: SHOP })
  assert.deepEqual([shop.isBusiness, shop.website, shop.email, shop.description], [true, 'https://shop.test', 'a@shop.test', 'Shoes'])
  assert.deepEqual(await ask(200, 'POST', 'fetchProfile', { number: NOBODY }), {
    wuid: jid(NOBODY), name: null, numberExists: false, picture: null, status: null, isBusiness: false, email: null, description: null, website: null,
  })
})

test('the account is called and says something else, as its phone and who is written to see it', async () => {
  const done = { update: 'success' }
  assert.deepEqual(await ask(200, 'POST', 'updateProfileName', { name: 'Shop of ours' }), done)
  assert.equal((await settingOf('critical_block', 'setting_pushName')).pushNameSetting.name, 'Shop of ours')
  await gateway.call('POST', '/us/message/sendText', { body: { number: BOB, text: 'under a new name' } })
  await bob.wait('messages.upsert', ({ messages }) => messages.some((m) => m.pushName === 'Shop of ours'))
  await until('the list to show it', async () => {
    const { json } = await gateway.call('GET', '/v2/instance/fetchInstances?instanceName=us')
    return json[0].profileName === 'Shop of ours'
  })
  assert.deepEqual(await ask(200, 'POST', 'updateProfileStatus', { status: 'Open until six' }), done)
  assert.equal(account(US).status, 'Open until six')
  await ask(200, 'POST', 'updateProfileStatus', { status: '' })
  assert.equal(account(US).status, '')
})

test('the account gets a picture and has none again', async () => {
  await ask(200, 'POST', 'updateProfilePicture', { picture: PNG })
  assert.equal(account(US).picture.readUInt16BE(), 0xffd8, 'a JPEG')
  await ask(200, 'DELETE', 'removeProfilePicture')
  assert.equal(account(US).picture, undefined)
  assert.match(sentences(await ask(400, 'POST', 'updateProfilePicture', { picture: 'http://127.0.0.1/a.png' }))[0], /not supported yet/)
  assert.equal(account(US).picture, undefined)
})

test('privacy is set and shown; if one setting is refused, which ones are set is told', async () => {
  const wanted = { readreceipts: 'none', profile: 'contacts', status: 'contact_blacklist', online: 'match_last_seen', last: 'none', groupadd: 'contacts' }
  assert.deepEqual(await ask(201, 'POST', 'updatePrivacySettings', wanted), { update: 'success', data: wanted })
  const { calladd, messages, ...rest } = account(US).privacy
  assert.deepEqual(rest, wanted)
  assert.deepEqual(await ask(200, 'GET', 'fetchPrivacySettings'), wanted)
  const real = sim.iq['privacy privacy']
  sim.iq['privacy privacy'] = (c, q, p) => {
    if (JSON.stringify(p).includes('online')) throw Object.assign(new Error('no'), { code: 406, text: 'not-acceptable' })
    return real.call(sim.iq, c, q, p)
  }
  const refused = await ask(400, 'POST', 'updatePrivacySettings', { ...wanted, readreceipts: 'all', online: 'all', last: 'all' })
  delete sim.iq['privacy privacy']
  assert.deepEqual(sentences(refused), ['online: WhatsApp refused with error 406; set already: readreceipts, profile, status'])
  assert.deepEqual([account(US).privacy.readreceipts, account(US).privacy.last], ['all', 'none'])
})

test('the labels of the account are those that its phone has now', async () => {
  const label = (mod) => admin('phone/app-state', { phone: US, mod: { addLabel: mod } })
  await label({ id: '1', name: 'New customer', color: 3, predefinedId: 7 })
  await label({ id: '2', name: 'Of before', color: 1 })
  await label({ id: '3', name: 'Of before', color: 1 })
  await label({ id: '2', name: 'Paid', color: 4 })
  await label({ id: '3', name: 'Of before', color: 1, deleted: true })
  assert.deepEqual(await ask(200, 'GET', 'findLabels', undefined, '/us/label/findLabels'), [
    { color: '3', name: 'New customer', id: '1', predefinedId: '7' },
    { color: '4', name: 'Paid', id: '2', predefinedId: null },
  ])
})

test('a label is put on a chat and taken off, as the phone sees it; one that there is not is refused', async () => {
  const own = (id, more) => admin('phone/app-state', { phone: US, mod: { addLabel: { id, name: 'Own', color: 4, ...more } } })
  await own('5')
  await own('6', { deleted: true })
  const handle = (status, body) => ask(status, 'POST', 'handleLabel', { number: BOB, ...body }, '/label/handleLabel/us')
  assert.deepEqual(await handle(200, { labelId: '5', action: 'add' }), { numberJid: jid(BOB), labelId: '5', add: true })
  const labeled = async () => (await settingOf('regular', 'label_jid', '5', jid(BOB))).labelAssociationAction.labeled
  assert.equal(await labeled(), true)
  assert.deepEqual(await handle(200, { labelId: '5', action: 'remove' }), { numberJid: jid(BOB), labelId: '5', remove: true })
  assert.equal(await labeled(), false)
  for (const labelId of ['6', '99'])
    assert.deepEqual(sentences(await handle(404, { labelId, action: 'add' })), ['there is no label with this labelId'])
  assert.deepEqual(sentences(await handle(404, { number: NOBODY, labelId: '5', action: 'add' })), ['Number is not on WhatsApp'])
})

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(sim.violations, [])
  assert.deepEqual(sim.unknowns, [])
  assert.ok(!gateway.output.includes('colibri: bug'))
})
