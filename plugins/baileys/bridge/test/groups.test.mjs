import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GroupCache } from '../src/group_cache.mjs';
import { LinkLost, Refusal } from '../src/refusal.mjs';
import { idAt, sendSeveral } from '../src/several.mjs';
import { phoneOf, World } from './support/world.mjs';

/** A socket that answers about groups when the test says so. */
function slowSocket() {
  const asked = [];
  return {
    asked,
    groupMetadata: (id) => new Promise((resolve, reject) => asked.push({ id, answer: (subject) => resolve({ id, subject }), fail: reject })),
  };
}

test('a group is asked for once, however many need it at once, and not again while nothing has changed', async () => {
  const groups = new GroupCache();
  const sock = slowSocket();
  const all = [groups.get(sock, 'a'), groups.get(sock, 'a'), groups.get(sock, 'b')];
  assert.deepEqual(sock.asked.map(({ id }) => id), ['a', 'b']);
  sock.asked[0].answer('A');
  sock.asked[1].answer('B');
  assert.deepEqual((await Promise.all(all)).map(({ subject }) => subject), ['A', 'A', 'B']);
  assert.equal((await groups.get(sock, 'a')).subject, 'A');
  assert.equal(sock.asked.length, 2);
  groups.forget('a');
  assert.equal(groups.known('a'), undefined);
  void groups.get(sock, 'a');
  assert.equal(sock.asked.length, 3);
});

test('an answer that was on its way when the group changed is for those who asked, and is not kept', async () => {
  const groups = new GroupCache();
  const sock = slowSocket();
  const before = groups.get(sock, 'a');
  groups.forget('a');
  const after = groups.get(sock, 'a');
  sock.asked[1].answer('new');
  assert.equal((await after).subject, 'new');
  sock.asked[0].answer('old');
  assert.equal((await before).subject, 'old');
  assert.equal(groups.known('a').subject, 'new');
});

test('who asks after a failure asks anew', async () => {
  const groups = new GroupCache();
  const sock = slowSocket();
  const failed = groups.get(sock, 'a');
  sock.asked[0].fail(new Error('Connection Closed'));
  await assert.rejects(failed, /Connection Closed/);
  const again = groups.get(sock, 'a');
  sock.asked[1].answer('A');
  assert.equal((await again).subject, 'A');
});

test('a list of all groups is no news of them', async () => {
  const world = await World.create();
  const host = await world.host();
  const jid = await world.pair(host, '1');
  const peer = await world.peer('ana');
  const group = await peer.sock.groupCreate('Listed', [jid]);
  await host.event('groups.upsert', ([one]) => one.id === group.id);
  const { result } = await host.submit('1', 'group.fetchAllGroups', {});
  assert.deepEqual(result.map(({ subject }) => subject), ['Listed']);
  await peer.sock.sendMessage(jid, { text: 'told after it' });
  await host.event('messages.upsert', (b) => b.message?.conversation === 'told after it');
  assert.deepEqual(host.events('groups.update'), []);
});

test('who lets nobody add him is not in the group that was made, and is made no admin', async () => {
  const world = await World.create();
  const host = await world.host();
  const own = await world.pair(host, '1');
  const [friend, shy] = [world.newPhone(), world.newPhone()];
  await world.admin('account', { phone: friend });
  await world.admin('account', { phone: shy, privacy: { groupadd: 'none' } });
  const lids = [phoneOf(own), friend].map((phone) => world.sim.account(phone).jid(true)).sort();
  for (const promoteParticipants of [false, true]) {
    const { result } = await host.submit('1', 'group.create', { subject: 'Made', participants: [friend, shy], promoteParticipants });
    assert.deepEqual(result.participants.map(({ id }) => id).sort(), lids);
    assert.equal(result.size, 2);
  }
  assert.deepEqual(world.sim.violations, []);
});

test('the ids of several messages of one command follow the rule of the SDK', () => {
  assert.deepEqual([0, 1].map((index) => idAt('3EB0C0FFEE', index)), ['3EB0C0FFEE', '3EB039F41219A0412463E7']);
});

test('several messages go on the wire in their order; a refusal is told in its place, and is one of the whole only if it is all there is', async () => {
  const wire = [];
  const sends = (outcomes) => async (index, own) => {
    wire.push(own.messageId);
    if (outcomes[index] === 'early') throw new Refusal('refused before');
    own.sent = true;
    return { acknowledged: outcomes[index] === 'late' ? Promise.reject(new Refusal('refused after')) : Promise.resolve(), result: { key: index } };
  };
  const command = { messageId: 'M', sent: false };
  const all = await sendSeveral(command, ['a', 'b', 'c'], sends(['early', 'fine', 'late']));
  assert.deepEqual(all, [{ number: 'a', refused: 'refused before' }, { key: 1 }, { number: 'c', refused: 'refused after' }]);
  assert.deepEqual(wire, [0, 1, 2].map((index) => idAt('M', index)));
  assert.equal(command.sent, true, 'from then on its outcome may be unknown');
  await assert.rejects(sendSeveral({ messageId: 'M' }, ['a', 'b'], sends(['early', 'late'])), /refused before/);
});

test('a link that is lost under one of several messages is told as that, and ends nothing else', async () => {
  const sendOne = async (index) => {
    await delay(5 * index);
    throw new LinkLost('the link went away');
  };
  await assert.rejects(sendSeveral({ messageId: 'M' }, ['a', 'b', 'c'], sendOne), LinkLost);
});
