// The bridge kills itself at every step of a message's way; then everything must be there, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, phoneOf, World } from './support/world.mjs';

const world = await World.create();
const peer = await world.peer('ana');
const textIs = (text) => (body) => body.message?.conversation === text;
const textsOf = (host) => host.events('messages.upsert').map(({ body }) => body.message.conversation);

/** An instance with a session to the peer, its bridge ended in peace. */
async function prepared() {
  const host = await world.host();
  const jid = await world.pair(host, '1');
  await peer.sock.sendMessage(jid, { text: 'a session' });
  await host.event('messages.upsert', textIs('a session'));
  await host.stop();
  return { store: host.store, jid };
}

/** Bridges that kill themselves at `stopAt`, one after the other, then one that lives. */
async function survive(store, stopAt, times, during) {
  for (let n = 0; n < times; ++n) {
    const dying = await world.host({ store, test: { stopAt } });
    dying.open('1');
    await during?.(n);
    assert.deepEqual(await dying.exited, { code: null, signal: 'SIGKILL' });
  }
  const living = await world.host({ store });
  living.open('1');
  await living.state('1', 'open');
  return living;
}

const POINTS = {
  decrypted: 'after the decryption, before the write',
  writing: 'while the write is under way',
  written: 'after the write, before baileys has the message',
  received: 'after the receipt, before the event is published',
  publishing: 'while the publish is under way',
  published: 'after the event is in the log',
};

for (const [point, where] of Object.entries(POINTS)) {
  test(`killed ${where}: every message is there, once, in order`, async () => {
    const { store, jid } = await prepared();
    const before = store.log.filter(({ type }) => type === 'messages.upsert').length;
    const expected = [];
    for (let n = 0; n < 6; ++n) {
      expected.push(`${point} ${n}`);
      await peer.sock.sendMessage(jid, { text: expected.at(-1) });
    }
    const living = await survive(store, point, 3);
    await living.event('messages.upsert', textIs(expected.at(-1)));
    await living.until(() => textsOf(living).length >= before + 6, 'all messages');
    await living.until(() => store.keys('1', 'pending/').length === 0, 'no record to be left');
    assert.deepEqual(textsOf(living).slice(before), expected);
    await eventually(() => ![...world.device(phoneOf(jid)).pending.keys()].some((key) => key.startsWith('message:')), 'every receipt');
  });
}

test('the same between the writes of a message that is kept in parts: it is whole, and no part is left', async () => {
  const { store, jid } = await prepared();
  const text = 'x'.repeat(8_400_000);
  const sender = world.sim.phone(world.sim.account(world.newPhone(), 'Eve')); // a peer's frame would hold it twice
  await sender.sendMessage(jid, text);
  const dying = await world.host({ store });
  dying.faults.holdWrites = (ops) => ops.some(({ key, value }) => key.startsWith('pending/') && value !== null);
  dying.open('1');
  await eventually(() => dying.heldWrites > 0, 'the write of the head', 60_000);
  assert.ok(store.keys('1', 'parts/pending/').length > 0);
  await dying.kill();
  const living = await world.host({ store });
  living.open('1');
  await living.event('messages.upsert', textIs(text), 60_000);
  await living.until(() => store.keys('1', 'pending/').length === 0, 'no record to be left');
  assert.deepEqual(store.keys('1', 'parts/pending/'), []);
  assert.equal(store.log.filter(({ body }) => body.message?.conversation === text).length, 1);
});

test('the same in a group, whose keys come with the first message', async () => {
  for (const point of ['decrypted:2', 'writing:2', 'written', 'received']) {
    const { store, jid } = await prepared();
    const group = await peer.sock.groupCreate(`Team ${point}`, [jid]);
    await peer.sock.sendMessage(group.id, { text: `first ${point}` });
    await peer.sock.sendMessage(group.id, { text: `second ${point}` });
    const living = await survive(store, point, 1);
    await living.event('messages.upsert', textIs(`first ${point}`));
    await living.event('messages.upsert', textIs(`second ${point}`));
    const texts = textsOf(living).filter((text) => text.endsWith(` ${point}`));
    assert.equal(texts.length, 2, texts.join());
    await living.stop();
  }
});

test('killed after a text was sent: sent again under its id it arrives once, and the next one, too', async () => {
  const { store } = await prepared();
  const dying = await world.host({ store, test: { stopAt: 'sent' } });
  dying.open('1');
  await dying.state('1', 'open');
  const messageId = '3EB0BBBBBBBBBBBBBBBBBB';
  const body = { number: peer.phone, text: 'before the crash' };
  await assert.rejects(dying.submit('1', 'message.sendText', body, { messageId }));
  const living = await world.host({ store });
  living.open('1');
  await living.state('1', 'open');
  const next = await living.submit('1', 'message.sendText', { number: peer.phone, text: 'after the crash' });
  assert.equal(next.status, 0, next.detail);
  await peer.text('after the crash');
  const again = await living.submit('1', 'message.sendText', body, { messageId });
  assert.equal(again.status, 0, again.detail);
  await living.submit('1', 'message.sendText', { number: peer.phone, text: 'the last' });
  await peer.text('the last');
  const seen = peer.events.filter((e) => e.type === 'messages.upsert').flatMap((e) => e.data.messages)
    .filter((m) => JSON.stringify(m.message ?? {}).includes('before the crash'));
  assert.deepEqual([...new Set(seen.map((m) => m.key.id))], [messageId]);
});

test('killed at the moment of pairing: either linked with its keys or asking for a QR code, never in between', async () => {
  const phone = world.newPhone();
  const host = await world.host();
  host.open('1');
  const { qr } = await host.state('1', 'qr');
  host.faults.holdWrites = true;
  const scanned = world.admin('scan-qr', { qr, phone }).catch((error) => error);
  await eventually(() => host.heldWrites > 0, 'the write of the new credentials');
  await host.kill();
  const answer = await scanned;
  assert.ok(answer instanceof Error, 'WhatsApp was told of a pairing that is not stored');
  const second = await world.host({ store: host.store });
  second.open('1');
  await second.state('1', 'qr');
});

test('a message that arrives again because its receipt got lost is confirmed, and told once', async () => {
  const { store, jid } = await prepared();
  const host = await world.host({ store });
  host.open('1');
  await host.state('1', 'open');
  const { pending } = world.device(phoneOf(jid));
  const retries = world.sim.counters.get('receipt retry') ?? 0;
  const { router } = world.sim;
  const lost = [];
  router.onReceipt = (conn, { attrs }) => { lost.push(attrs.id); };
  const { key } = await peer.sock.sendMessage(jid, { text: 'twice on the wire' });
  await host.event('messages.upsert', textIs('twice on the wire'));
  await host.until(() => store.keys('1', 'pending/').length === 0, 'no record to be left');
  await eventually(() => lost.includes(key.id), 'the receipt to get lost');
  delete router.onReceipt;
  await world.admin('drop', { jid: `${phoneOf(jid)}:1@s.whatsapp.net` });
  await eventually(() => ![...pending.values()].some(({ attrs }) => attrs.id === key.id), 'the receipt');
  assert.equal(textsOf(host).filter((text) => text === 'twice on the wire').length, 1);
  assert.equal(world.sim.counters.get('receipt retry') ?? 0, retries);
});
