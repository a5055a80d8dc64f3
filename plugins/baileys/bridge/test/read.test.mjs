import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, phoneOf, swallow, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const device = `${phoneOf(jid)}:1@s.whatsapp.net`;
const peer = await world.peer('ana');
const READ = { message: 'Read messages', read: 'success' };

const read = (readMessages, options) => host.submit('1', 'chat.markMessageAsRead', { readMessages }, options);

/** A message to us, as a client that got its event would name it. */
async function received(text, to = jid) {
  await peer.sock.sendMessage(to, { text });
  const { id, remoteJid, fromMe, participant } = (await host.event('messages.upsert', (b) => b.message?.conversation === text)).body.key;
  return { id, remoteJid, fromMe, participant };
}

/** What the peer's phone was told of message `id`. */
const receiptsOf = async (id, type = 'read') => (await world.admin('phone/inbox', { phone: peer.phone }))
  .map(({ receipt }) => receipt).filter((receipt) => receipt?.type === type && receipt.ids.includes(id));
const isTold = (id) => eventually(async () => (await receiptsOf(id)).length > 0, `the read receipt of ${id}`);

test('the sender of a message sees that it was read', async () => {
  const key = await received('read me');
  const answer = await read([key]);
  assert.deepEqual([answer.status, answer.result], [0, READ]);
  assert.equal((await receiptsOf(key.id)).length, 1);
  await Promise.any([
    peer.wait('messages.update', (list) => list.some((u) => u.key.id === key.id && u.update.status === 4)),
    peer.wait('messages.upsert', ({ messages }) => messages.some((m) => m.key.id === key.id && m.status === 4)),
  ]);
});

test('many messages of several chats are read with one command', async () => {
  const group = await peer.sock.groupCreate('Readers', [jid]);
  const keys = [await received('many 1'), await received('many 2'), await received('many 3', group.id)];
  assert.deepEqual((await read(keys)).result, READ);
  const [first] = await receiptsOf(keys[0].id);
  assert.deepEqual(first.ids, [keys[0].id, keys[1].id]);
  await isTold(keys[2].id);
});

test('a message named with a LID is read as any other', async () => {
  const { id, fromMe } = await received('by the LID');
  const lid = world.sim.account(peer.phone).jid(true);
  assert.deepEqual((await read([{ id, fromMe, remoteJid: lid }])).result, READ);
  await isTold(id);
});

test('messages of our own are left out, and alone are no reason to ask anything', async () => {
  const key = await received('not ours');
  const { result } = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'ours' });
  const before = world.sim.counters.get('receipt read') ?? 0;
  assert.deepEqual((await read([result.key])).result, READ);
  assert.equal(world.sim.counters.get('receipt read') ?? 0, before);
  assert.deepEqual((await read([result.key, key])).result, READ);
  await isTold(key.id);
  assert.deepEqual(await receiptsOf(result.key.id), []);
});

test('in a group the author that a caller leaves out is the one we saw; of a message that we never saw it is asked for', async () => {
  const group = await peer.sock.groupCreate('Authors', [jid]);
  const { participant, ...key } = await received('whose is it', group.id);
  assert.match(participant, /@lid$/);
  assert.deepEqual((await read([key])).result, READ);
  await isTold(key.id);
  const unknown = await read([{ ...key, id: '3EB0FFFFFFFFFFFFFFFFFF' }]);
  assert.equal(unknown.status, -12);
  assert.match(unknown.detail, /3EB0FFFFFFFFFFFFFFFFFF needs a participant/);
});

test('an account that shows nobody what it has read tells its own phone alone', async () => {
  const own = world.newPhone();
  await world.admin('account', { phone: own, privacy: { readreceipts: 'none' } });
  const quiet = await world.pair(host, '2', own);
  await peer.sock.sendMessage(quiet, { text: 'in silence' });
  const { key } = (await host.event('messages.upsert', (b) => b.message?.conversation === 'in silence')).body;
  const answer = await host.submit('2', 'chat.markMessageAsRead', { readMessages: [key] });
  assert.deepEqual(answer.result, READ);
  assert.equal(world.sim.counters.get('receipt read-self'), 1);
  assert.deepEqual(await receiptsOf(key.id), []);
});

test('receipts that are lost with the link are sent again on the next', async () => {
  const key = await received('lost on the way');
  const lost = swallow(world.sim.router, 'onReceipt', (conn, { attrs }) => attrs.type === 'read');
  await world.admin('faults', { iq: { 'w:p': 'silent' } });
  const pings = () => world.sim.counters.get('iq get w:p ping') ?? 0;
  const before = pings();
  const answer = read([key]);
  await lost;
  await eventually(() => pings() > before, 'the question whether it arrived');
  await world.admin('faults', { iq: {} });
  await world.admin('drop', { jid: device });
  assert.deepEqual((await answer).result, READ);
  await isTold(key.id);
});

test('a refusal of WhatsApp is told with its number', async () => {
  const key = await received('refused');
  await world.admin('faults', { iq: { privacy: 500 } });
  await world.admin('drop', { jid: device }); // a new link asks for the account's privacy again
  const answer = await read([key]);
  await world.admin('faults', { iq: {} });
  assert.deepEqual([answer.status, answer.detail], [-12, 'WhatsApp refused with error 500']);
});

test('no answer until the deadline, and a cancelled command, are told as that', async () => {
  const key = await received('unanswered');
  await world.admin('faults', { iq: { 'w:p': 'silent' } });
  const late = await read([key], { withinMs: 200 });
  const cancelled = read([key]);
  host.send({ t: 'cancel', token: host.lastToken });
  assert.equal((await cancelled).status, -7);
  await world.admin('faults', { iq: {} });
  assert.deepEqual([late.status, late.detail], [-5, 'WhatsApp did not answer in time']);
});

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(world.sim.violations, []);
  assert.deepEqual(world.sim.unknowns, []);
});
