// What nobody knows is not told as done: WhatsApp takes a request and says nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './support/world.mjs';

const DONE = 0, REFUSED = -12;

test('a change that WhatsApp never confirms is not told as done, nor as refused', async () => {
  const world = await World.create();
  const host = await world.host({ test: { timing: { queryMs: 200 } } });
  await world.pair(host, '1');
  const phone = world.newPhone();
  await world.admin('account', { phone });
  const groups = [];
  for (const subject of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I']) groups.push((await host.submit('1', 'group.create', { subject, participants: [phone] })).result.id);
  const [a, b, c, d, e, f, g, h, i] = groups.map((groupJid) => ({ groupJid }));
  await host.submit('1', 'group.fetchAllGroups', {}); // so that nobody has to ask who is in them
  await world.admin('faults', { iq: { 'w:g2': 'silent', status: 'silent' } });
  const told = await Promise.all([
    ['group.leaveGroup', a],
    ['group.revokeInviteCode', b],
    ['group.updateParticipant', { ...c, action: 'remove', participants: [phone] }],
    ['group.acceptInviteCode', { inviteCode: 'ColibriInvitation12345' }],
    ['group.create', { subject: 'J', participants: [phone] }],
    ['group.updateGroupSubject', { ...d, subject: 'X' }],
    ['group.updateGroupDescription', { ...e, description: 'X' }],
    ['group.updateSetting', { ...f, action: 'locked' }],
    ['group.toggleEphemeral', { ...g, expiration: 86400 }],
    ['group.inviteCode', h],
    ['group.sendInvite', { ...h, description: 'X', numbers: [phone] }],
    ['chat.setDisappearing', { number: i.groupJid, expiration: 86400 }],
    ['chat.updateProfileStatus', { status: 'X' }],
  ].map(async ([name, body]) => [name, (await host.submit('1', name, body, { withinMs: 2000 })).status]));
  assert.deepEqual(told.filter(([, status]) => [DONE, REFUSED].includes(status)), []);
});
