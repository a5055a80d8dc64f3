// Groups through the API: what it does is seen by a real client, and in the groups that the simulator keeps.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post, trustRoot } from '../wasim/client.mjs'
import { Groups } from '../wasim/src/groups.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway } from './lib/gateway.mjs'
import { created, pair } from './lib/paired.mjs'
import { pairedPeer } from './lib/peers.mjs'
import { until } from './lib/wait.mjs'
import { idAt } from '../../plugins/baileys/bridge/src/several.mjs'

hush()
const US = '15554000001',
  BOB = '15554000002',
  CAROL = '15554000003',
  DAN = '15554000004' // lets nobody add him
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let sim, gateway, bob, device
const admin = (action, body) => post(sim.adminUrl, action, body)

before(async () => {
  sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  gateway = await new Gateway({ sim }).start()
  bob = await pairedPeer(sim, 'Bob', BOB)
  await admin('account', { phone: CAROL })
  await admin('account', { phone: DAN, privacy: { groupadd: 'none' } })
  device = await pair(gateway, sim, await created(gateway, 'us', US))
})
after(async () => {
  await bob?.stop()
  await gateway?.remove()
  await sim?.stop()
})

async function ask(status, method, action, { body, query = '', headers, form = (name) => `/us/group/${name}` } = {}) {
  const answer = await gateway.call(method, form(action) + query, { body, headers })
  assert.equal(answer.status, status, `${action}: ${answer.text}`)
  return answer.json
}
const create = (body, headers) => ask(201, 'POST', 'create', { body: { subject: 'Team', participants: [BOB], ...body }, headers })
const infos = (groupJid) => ask(200, 'GET', 'findGroupInfos', { query: `?groupJid=${groupJid}` })
const sentences = (json) => json.response.message
/** The group as WhatsApp has it. */
const truth = (id) => sim.store.groups.get(id)
const lidOf = (phone) => sim.account(phone).jid(true)
const membersOf = (id) => [...truth(id).members.values()].map(({ account, type }) => [account.pn, type ?? null]).sort()
const named = (subject) => [...sim.store.groups.values()].filter((group) => group.subject === subject)

test('a group is created: its people hear of it, and the answer says who is in it', async () => {
  const group = await create({ participants: [`+${BOB}`, `${CAROL}@s.whatsapp.net`, DAN] })
  assert.deepEqual(membersOf(group.id), [[US, 'superadmin'], [BOB, null], [CAROL, null]])
  assert.deepEqual([group.subject, group.size, group.owner, group.restrict, group.announce], ['Team', 3, lidOf(US), false, false])
  assert.deepEqual(
    group.participants.map(({ phoneNumber, admin }) => [phoneNumber, admin]).sort(),
    [US, BOB, CAROL].map((phone) => [`${phone}@s.whatsapp.net`, phone === US ? 'superadmin' : null]),
  )
  const [seen] = await bob.wait('groups.upsert', (groups) => groups[0].id === group.id)
  assert.equal(seen.subject, 'Team')
})

test('a description and admins come with it; what is refused of that is told, and the group is there', async () => {
  const whole = await create({ description: 'About it', promoteParticipants: true })
  assert.deepEqual([whole.desc, whole.refused], ['About it', undefined])
  assert.deepEqual(membersOf(whole.id), [[US, 'superadmin'], [BOB, 'admin']])
  sim.groups.handle = (c, q, child) => {
    if (child.tag !== 'description') return Groups.prototype.handle.call(sim.groups, c, q, child)
    throw Object.assign(new Error('no'), { code: 406, text: 'not-acceptable' })
  }
  const partly = await create({ description: 'Refused' })
  delete sim.groups.handle
  assert.deepEqual([partly.desc, partly.refused], [null, ['description: WhatsApp refused with error 406']])
  assert.ok(truth(partly.id))
})

test('with somebody who is not on WhatsApp no group is made, and he is named', async () => {
  const refused = await ask(400, 'POST', 'create', { body: { subject: 'Nobody', participants: [BOB, '15559999999'] } })
  assert.deepEqual(sentences(refused), [{ jid: '15559999999@s.whatsapp.net', exists: false, number: '15559999999' }])
  assert.deepEqual(named('Nobody'), [])
})

test('the same Idempotency-Key makes one group', async () => {
  const key = { 'Idempotency-Key': 'one-group' }
  const [first, second] = await Promise.all([create({ subject: 'Once' }, key), create({ subject: 'Once' }, key)])
  assert.deepEqual(first, second)
  assert.equal(named('Once').length, 1)
  const other = await ask(422, 'POST', 'create', { body: { subject: 'Other', participants: [BOB] }, headers: key })
  assert.match(sentences(other)[0], /another request/)
})

for (const [what, loses] of [
  ['the bridge is killed', () => process.kill(gateway.bridges()[0], 'SIGKILL')],
  ['the link is lost', () => admin('drop', { jid: device })],
]) {
  test(`if ${what} while a group is made, the outcome is unknown, and nobody makes another by himself`, { timeout: 60_000 }, async () => {
    const subject = `Unknown when ${what}`
    const made = Promise.withResolvers()
    sim.groups.handle = (c, q, child) => {
      if (child.tag !== 'create') return Groups.prototype.handle.call(sim.groups, c, q, child)
      // WhatsApp makes it, and its answer gets lost.
      Groups.prototype.handle.call(sim.groups, Object.assign(Object.create(c), { result() {} }), q, child)
      made.resolve()
    }
    const request = { body: { subject, participants: [BOB] }, headers: { 'Idempotency-Key': subject } }
    const answer = ask(504, 'POST', 'create', request)
    await made.promise
    await loses()
    assert.match(sentences(await answer)[0], /outcome unknown/)
    await until('the link to be back', () => sim.store.device(device)?.online)
    await until('us to be open', async () => (await gateway.state('us')) === 'open')
    const again = await ask(504, 'POST', 'create', request)
    assert.match(sentences(again)[0], /may have been carried out, so it is not repeated/)
    // Whatever the bridge repeats comes before this on the same link.
    const all = await ask(200, 'GET', 'fetchAllGroups')
    assert.equal(all.filter((group) => group.subject === subject).length, 1)
    delete sim.groups.handle
    assert.equal(named(subject).length, 1)
  })
}

const FORMS = {
  native: (name) => `/us/group/${name}`,
  'router-first': (name) => `/group/${name}/us`,
  '/v2': (name) => `/v2/group/${name}/us`,
}

test('what a group is called, says of itself and allows is changed, in each form of the path', async () => {
  const { id } = await create()
  let turn = 0
  for (const form of Object.values(FORMS)) {
    const subject = `Name ${++turn}`
    const set = (action, body, answer) =>
      ask(201, 'POST', action, { body, query: `?groupJid=${id}`, form }).then((json) => assert.deepEqual(json, answer))
    await set('updateGroupSubject', { subject }, { update: 'success' })
    await set('updateGroupDescription', { description: `About ${turn}` }, { update: 'success' })
    await set('updateSetting', { action: 'announcement' }, { updateSetting: 'announcement' })
    await set('updateSetting', { action: 'locked' }, { updateSetting: 'locked' })
    await set('toggleEphemeral', { expiration: 86400 }, { success: true })
    const { subject: called, desc, announce, locked, ephemeral } = truth(id)
    assert.deepEqual([called, desc.body, announce, locked, ephemeral], [subject, `About ${turn}`, true, true, 86400])
    const info = await ask(200, 'GET', 'findGroupInfos', { query: `?groupJid=${id}`, form })
    assert.deepEqual([info.subject, info.desc, info.announce, info.restrict, info.ephemeralDuration], [subject, `About ${turn}`, true, true, 86400])
    await bob.wait('groups.update', ([update]) => update.id === id && update.subject === subject)
    await set('updateSetting', { action: 'not_announcement' }, { updateSetting: 'not_announcement' })
    await set('updateSetting', { action: 'unlocked' }, { updateSetting: 'unlocked' })
    await set('toggleEphemeral', { expiration: 0 }, { success: true })
    await set('updateGroupDescription', { description: '' }, { update: 'success' })
  }
  assert.deepEqual([truth(id).announce, truth(id).locked, truth(id).ephemeral, truth(id).desc], [false, false, 0, null])
})

test('a group gets a picture from base64, with and without its head; nothing else is taken for one', async () => {
  const { id } = await create()
  assert.equal((await infos(id)).pictureUrl, null)
  for (const image of [PNG, `data:image/png;base64,${PNG}`]) {
    truth(id).picture = undefined
    await ask(201, 'POST', 'updateGroupPicture', { body: { groupJid: id, image } })
    assert.equal(truth(id).picture.readUInt16BE(), 0xffd8, 'a JPEG')
    assert.match((await infos(id)).pictureUrl, /^https:/)
  }
  for (const [image, why] of [
    ['https://example.test/a.png', /by its address is not supported yet/],
    ['not base64!', /not base64/],
    ['bm8gcGljdHVyZQ==', /cannot be read/],
  ])
    assert.match(sentences(await ask(400, 'POST', 'updateGroupPicture', { body: { groupJid: id, image } }))[0], why)
})

test('people are added, made admins, unmade and removed, and the answer says of each what became of him', async () => {
  const { id } = await create()
  const change = async (action, ...participants) =>
    (await ask(201, 'POST', 'updateParticipant', { body: { groupJid: id, action, participants } })).updateParticipants.map((one) => one.status)
  assert.deepEqual(await change('add', CAROL, DAN, BOB, '15559999999'), ['200', '403', '409', '404'])
  assert.deepEqual(membersOf(id), [[US, 'superadmin'], [BOB, null], [CAROL, null]])
  assert.deepEqual(await change('promote', BOB), ['200'])
  assert.deepEqual(membersOf(id)[1], [BOB, 'admin'])
  await bob.wait('group-participants.update', (update) => update.id === id && update.action === 'promote')
  assert.deepEqual(await change('demote', BOB), ['200'])
  assert.deepEqual(await change('remove', CAROL), ['200'])
  const { participants } = await ask(200, 'GET', 'participants', { query: `?groupJid=${id}` })
  assert.deepEqual(participants.map((one) => [one.phoneNumber, one.admin]).sort(), [
    [`${US}@s.whatsapp.net`, 'superadmin'],
    [`${BOB}@s.whatsapp.net`, null],
  ])
})

test('an invitation is shown, accepted by its code, and void once it is revoked', async () => {
  const theirs = await bob.sock.groupCreate('Of Bob', [])
  const code = await bob.sock.groupInviteCode(theirs.id)
  assert.equal((await ask(200, 'GET', 'inviteInfo', { query: `?inviteCode=${code}` })).subject, 'Of Bob')
  const joined = await ask(200, 'GET', 'acceptInviteCode', { query: `?inviteCode=${code}` })
  assert.deepEqual(joined, { accepted: true, groupJid: theirs.id })
  assert.deepEqual(membersOf(theirs.id), [[US, null], [BOB, 'superadmin']])

  const { id } = await create()
  const { inviteCode, inviteUrl } = await ask(200, 'GET', 'inviteCode', { query: `?groupJid=${id}` })
  assert.deepEqual([inviteCode, inviteUrl], [truth(id).invite, `https://chat.whatsapp.com/${inviteCode}`])
  const next = await ask(201, 'POST', 'revokeInviteCode', { body: { groupJid: id } })
  assert.deepEqual(next, { revoked: true, inviteCode: truth(id).invite })
  assert.notEqual(next.inviteCode, inviteCode)
  for (const action of ['inviteInfo', 'acceptInviteCode'])
    assert.deepEqual(sentences(await ask(404, 'GET', action, { query: `?inviteCode=${inviteCode}` })), ['the group was not found'])
})

test('the invitation is sent to people, each under an id of its own, and a refused one is told beside the others', async () => {
  const { id } = await create()
  const invite = (status, body) => ask(status, 'POST', 'sendInvite', { body: { groupJid: id, description: 'Come', numbers: [BOB, CAROL], ...body } })
  const { send, inviteUrl, messages } = await invite(200, { messageId: 'INVITATION0000001' })
  assert.deepEqual([send, inviteUrl], [true, `https://chat.whatsapp.com/${truth(id).invite}`])
  assert.deepEqual(messages.map((one) => one.key.remoteJid), [BOB, CAROL].map((phone) => `${phone}@s.whatsapp.net`))
  assert.deepEqual(messages.map((one) => one.key.id), ['INVITATION0000001', idAt('INVITATION0000001', 1)])
  const text = `Come\n\n${inviteUrl}`
  assert.equal((await bob.text(text)).key.id, messages[0].key.id)
  const inbox = () => admin('phone/inbox', { phone: CAROL })
  assert.ok(await until('the invitation at Carol', async () => (await inbox()).find((one) => one.text === text && one.id === messages[1].key.id)))

  await admin('faults', { nack: 479 })
  const refused = await invite(400, { numbers: [BOB] })
  await admin('faults', { nack: 0 })
  assert.match(sentences(refused)[0], /479/)
  const nobody = await invite(400, { numbers: [BOB, '15559999999'], description: 'To nobody' })
  assert.equal(sentences(nobody)[0].exists, false)
  assert.ok(!bob.events.some((event) => JSON.stringify(event.data)?.includes('To nobody')))
})

test('all groups are listed, with their people if wanted', async () => {
  const mine = [...sim.store.groups.values()].filter((group) => group.members.has(sim.account(US).lid))
  const all = await ask(200, 'GET', 'fetchAllGroups')
  assert.deepEqual(all.map(({ id }) => id).sort(), mine.map(({ id }) => id).sort())
  assert.ok(all.every((group) => group.participants === undefined && group.size > 0))
  const full = await ask(200, 'GET', 'fetchAllGroups', { query: '?getParticipants=true' })
  assert.ok(full.every((group) => group.participants.length === group.size))
})

test('who leaves is out of it, once; a group of others, and one that there is not, are refused', async () => {
  const { id } = await create()
  const left = await ask(200, 'DELETE', 'leaveGroup', { body: { groupJid: id.split('@')[0] } })
  assert.deepEqual(left, { groupJid: id, leave: true })
  assert.deepEqual(membersOf(id), [[BOB, null]])
  await ask(404, 'DELETE', 'leaveGroup', { query: `?groupJid=${id}` })
  assert.deepEqual(sentences(await ask(400, 'GET', 'participants', { query: `?groupJid=${id}` })), ['WhatsApp refused with error 403'])
  await ask(404, 'GET', 'findGroupInfos', { query: '?groupJid=120363999999999999' })
  await ask(404, 'POST', 'updateGroupSubject', { body: { groupJid: '120363999999999999@g.us', subject: 'x' } })
  for (const groupJid of ['', BOB + '@s.whatsapp.net', 'team'])
    assert.match(sentences(await ask(400, 'GET', 'inviteCode', { query: `?groupJid=${groupJid}` }))[0], /groupJid/)
})

test('sending to a group asks once what it is, and once more after it changed', async () => {
  const { id } = await create({ subject: 'Busy' })
  const asked = () => sim.counters.get('iq get w:g2 query') ?? 0
  const say = async (text) => {
    const answer = await gateway.call('POST', '/us/message/sendText', { body: { number: id, text } })
    assert.equal(answer.status, 201, answer.text)
  }
  await Promise.all([say('1'), say('2'), say('3')])
  const first = asked()
  await say('4')
  assert.equal(asked(), first)
  await ask(201, 'POST', 'updateParticipant', { body: { groupJid: id, action: 'add', participants: [CAROL] } })
  await Promise.all([say('5'), say('6')])
  assert.equal(asked(), first + 1)
})

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(sim.violations, [])
  assert.deepEqual(sim.unknowns, [])
  assert.ok(!gateway.output.includes('colibri: bug'))
})
