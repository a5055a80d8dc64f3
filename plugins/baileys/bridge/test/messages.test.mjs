import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();

test('an instance pairs, a text comes in as messages.upsert, a text goes out and its receipts come back', async () => {
  const jid = await world.pair(host, '1');
  const peer = await world.peer('ana');

  const sent = await peer.sock.sendMessage(jid, { text: 'oi' });
  const event = await host.event('messages.upsert', (body) => body.message.conversation === 'oi');
  assert.deepEqual(Object.keys(event.body).sort(), [
    'contextInfo', 'instanceId', 'key', 'message', 'messageTimestamp', 'messageType', 'pushName', 'source', 'status']);
  assert.equal(event.body.key.id, sent.key.id);
  assert.equal(event.body.key.fromMe, false);
  assert.equal(event.body.pushName, 'ana');
});
