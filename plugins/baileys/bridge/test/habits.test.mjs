import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phoneOf, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');

test('a caller is written to once for a call, however often it is offered, and as a person, whatever the device', async () => {
  host.send({ t: 'settings', k: '1', settings: { rejectCall: true, msgCall: 'Please write' } });
  const call = { phone: peer.phone, to: phoneOf(jid), device: 3 };
  const { id } = await world.admin('phone/call', call);
  await world.admin('phone/call', { ...call, id });
  await world.admin('phone/call', { ...call, device: undefined }); // another one, which ends the wait
  const said = () => host.events('messages.upsert').filter(({ body }) => body.message.conversation === 'Please write');
  await host.until(() => said().length >= 2, 'what was written');
  await peer.sock.sendMessage(jid, { text: 'behind it' });
  await host.event('messages.upsert', (body) => body.message?.conversation === 'behind it');
  const lid = world.sim.account(peer.phone).jid(true);
  assert.deepEqual(said().map(({ body, chat }) => [body.key.remoteJid, chat]), [[lid, lid], [lid, lid]]);
});
