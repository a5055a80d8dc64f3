import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from './support/host.mjs';
import { eventually, phoneOf, World } from './support/world.mjs';

const world = await World.create();
const peer = await world.peer('ana');
const textIs = (text) => (body) => body.message?.conversation === text;
const holdsMessage = (ops) => ops.some(({ key, value }) => key.startsWith('pending/') && value !== null);

async function opened(options) {
  const host = await world.host(options);
  const jid = await world.pair(host, '1');
  await peer.sock.sendMessage(jid, { text: 'a session' });
  await host.event('messages.upsert', textIs('a session'));
  return { host, jid, mark: host.states.length };
}

/** WhatsApp has had no receipt for the message. */
const isUnconfirmed = (jid, id) => [...world.device(phoneOf(jid)).pending.values()].some(({ attrs }) => attrs.id === id);

const countOf = (host, text) => host.events('messages.upsert').filter(({ body }) => textIs(text)(body)).length;

test('the ratchet and the record of a message are one write, and the event ends the record', async () => {
  const { host, jid } = await opened();
  const writes = [];
  host.faults.failWrites = (ops) => { writes.push(ops); return false; };
  await peer.sock.sendMessage(jid, { text: 'one write' });
  await host.event('messages.upsert', textIs('one write'));
  const withMessage = writes.filter(holdsMessage);
  assert.equal(withMessage.length, 1);
  const keys = withMessage[0].map(({ key }) => key);
  assert.ok(keys.some((key) => key.startsWith('key/session/')), keys.join());
  await host.until(() => host.store.keys('1', 'pending/').length === 0, 'no record to be left');
});

test('a write that fails in a decryption: no receipt goes out, the message comes again, once', async () => {
  const { host, jid, mark } = await opened();
  const retries = () => world.sim.counters.get('receipt retry') ?? 0;
  let failed = 0;
  const before = retries();
  host.faults.failWrites = (ops) => holdsMessage(ops) && failed === 0 && ++failed === 1;
  const { key } = await peer.sock.sendMessage(jid, { text: 'not stored at first' });
  const closed = await host.state('1', 'closed', mark);
  assert.ok(isUnconfirmed(jid, key.id));
  assert.ok(closed.retryInMs > 0);
  assert.match(closed.detail, /could not store/);
  await host.state('1', 'open', host.states.indexOf(closed));
  await host.event('messages.upsert', textIs('not stored at first'));
  assert.equal(failed, 1);
  assert.equal(countOf(host, 'not stored at first'), 1);
  assert.equal(retries(), before);
});

test('nothing of a message reaches the network while its write is under way', async () => {
  const { host, jid } = await opened();
  host.faults.holdWrites = true;
  const { key } = await peer.sock.sendMessage(jid, { text: 'held' });
  await eventually(() => isUnconfirmed(jid, key.id), 'the message to be on its way');
  host.send({ t: 'ping', id: '1' });
  await host.until(() => host.pong === '1', 'a pong');
  assert.ok(isUnconfirmed(jid, key.id));
  assert.equal(countOf(host, 'held'), 0);
  host.releaseWrites();
  await host.event('messages.upsert', textIs('held'));
  await eventually(() => !isUnconfirmed(jid, key.id), 'the receipt');
});

test('a text does not leave before the ratchet that encrypted it is stored', async () => {
  const { host } = await opened();
  await world.pair(host, '2');
  await host.submit('1', 'message.sendText', { number: peer.phone, text: 'warm up' });
  await host.submit('2', 'message.sendText', { number: peer.phone, text: 'warm up' });
  const messageId = newId();
  const arrived = arrivals();
  host.faults.holdWrites = (ops, k) => k === '1' && ops.some(({ key }) => key.startsWith('key/session/'));
  const answer = host.submit('1', 'message.sendText', { number: peer.phone, text: 'held back' }, { messageId });
  await eventually(() => host.heldWrites > 0, 'the write of the ratchet');
  for (let n = 0; n < 3; ++n) await host.submit('2', 'message.sendText', { number: peer.phone, text: `overtakes ${n}` });
  assert.equal(arrived.includes(messageId), false);
  host.releaseWrites();
  assert.equal((await answer).status, 0);
  assert.equal(arrived.includes(messageId), true);
});

test('a failed write of that ratchet: the text goes out once, on the next link', async () => {
  const { host, mark } = await opened();
  await host.submit('1', 'message.sendText', { number: peer.phone, text: 'warm up' });
  let failed = 0;
  host.faults.failWrites = (ops) => ops.some(({ key }) => key.startsWith('key/session/')) && failed === 0 && ++failed === 1;
  const messageId = newId();
  const arrived = arrivals();
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'after a failed write' }, { messageId });
  assert.equal(answer.status, 0, answer.detail);
  await host.state('1', 'closed', mark);
  await peer.text('after a failed write');
  assert.equal(arrived.filter((id) => id === messageId).length, 1);
});

/** The ids of the messages that WhatsApp gets from now on. */
function arrivals() {
  const ids = [];
  const { router } = world.sim;
  router.onMessage = function onMessage(conn, node) {
    ids.push(node.attrs.id);
    return Object.getPrototypeOf(this).onMessage.call(this, conn, node);
  };
  return ids;
}

test('a full log keeps events in the bridge, in order, until there is room', async () => {
  const { host, jid } = await opened();
  host.faults.failPublishes = 3;
  host.faults.status = -6;
  for (const n of [1, 2, 3, 4, 5]) await peer.sock.sendMessage(jid, { text: `in order ${n}` });
  await host.event('messages.upsert', textIs('in order 5'));
  const texts = host.events('messages.upsert').map(({ body }) => body.message.conversation).filter((t) => t.startsWith('in order'));
  assert.deepEqual(texts, [1, 2, 3, 4, 5].map((n) => `in order ${n}`));
});

test('a message that the log will never take is a stub of it, and does not hold up the others', async () => {
  const { host, jid } = await opened();
  host.faults.status = -12;
  host.faults.failPublishes = (drafts) => drafts.some(({ body }) => body.includes('"refused for good"'));
  const { key } = await peer.sock.sendMessage(jid, { text: 'refused for good' });
  const { body } = await host.event('messages.upsert', ({ key: { id } }) => id === key.id);
  assert.equal(body.quarantine.reason, 'refused');
  assert.equal(JSON.stringify(body).includes('for good'), false);
  await peer.sock.sendMessage(jid, { text: 'taken' });
  await host.event('messages.upsert', textIs('taken'));
  await host.until(() => host.store.keys('1', 'pending/').length === 0, 'no record to be left');
  const lines = host.logs.filter(({ message }) => message === 'a message was quarantined');
  assert.deepEqual(lines.map(({ fields: { type, reason, count } }) => [type, reason, count]), [['messages.upsert', 'refused', 1]]);
});

test('a record that the store refuses for what it is does not stop the messages behind it', async () => {
  const { host, jid, mark } = await opened();
  for (const [what, isRefused] of [
    ['the record', ({ key, value }) => key.startsWith('pending/') && value?.includes('a record')],
    ['the keys', ({ key }) => key.startsWith('key/session/')],
  ]) {
    host.faults.status = -1;
    host.faults.failWrites = (ops) => ops.some(isRefused);
    const { key } = await peer.sock.sendMessage(jid, { text: `a record, ${what} refused` });
    await host.event('messages.upsert', textIs(`a record, ${what} refused`));
    await eventually(() => !isUnconfirmed(jid, key.id), 'the receipt');
    host.faults.failWrites = 0;
    await peer.sock.sendMessage(jid, { text: `behind ${what}` });
    await host.event('messages.upsert', textIs(`behind ${what}`));
  }
  assert.equal(host.states.slice(mark).some(({ state }) => state === 'closed'), false);
  assert.ok(host.logs.some(({ message }) => /refused for what it is/.test(message)));
});

test('a refused record after a crash: a stub, since the content could not be kept', async () => {
  const { host, jid } = await opened();
  await host.stop();
  const dying = await world.host({ store: host.store, test: { stopAt: 'received' } });
  dying.faults.status = -1;
  dying.faults.failWrites = (ops) => ops.some(({ key, value }) => key.startsWith('pending/') && value?.includes('not to be kept'));
  dying.open('1');
  await dying.state('1', 'open');
  const { key } = await peer.sock.sendMessage(jid, { text: 'not to be kept' });
  await dying.exited;
  const living = await world.host({ store: host.store });
  living.open('1');
  const { body } = await living.event('messages.upsert', ({ key: { id } }) => id === key.id);
  assert.deepEqual([body.quarantine.reason, body.key.remoteJid, body.pushName], ['refused', peer.jid, 'ana']);
});

test('a store that is full is no reason to let go of a message: it is not confirmed, and comes again', async () => {
  const { host, jid, mark } = await opened();
  let failed = 0;
  host.faults.status = -6;
  host.faults.failWrites = (ops) => holdsMessage(ops) && ++failed <= 2;
  const { key } = await peer.sock.sendMessage(jid, { text: 'kept for later' });
  const closed = await host.state('1', 'closed', mark);
  assert.ok(isUnconfirmed(jid, key.id));
  await host.state('1', 'open', host.states.indexOf(closed));
  await host.event('messages.upsert', textIs('kept for later'));
  assert.equal(host.events('messages.upsert').some(({ body }) => body.quarantine), false);
});

test('pause stops reading, resume goes on, nothing is lost', async () => {
  const { host, jid } = await opened();
  host.send({ t: 'pause' });
  host.send({ t: 'ping', id: '2' });
  await host.until(() => host.pong === '2', 'a pong');
  const { key } = await peer.sock.sendMessage(jid, { text: 'unread' });
  await eventually(() => isUnconfirmed(jid, key.id), 'the message to be on its way');
  host.send({ t: 'ping', id: '4' });
  await host.until(() => host.pong === '4', 'a pong');
  assert.equal(countOf(host, 'unread'), 0);
  host.send({ t: 'resume' });
  await host.event('messages.upsert', textIs('unread'));
});

test('paused: no new connection is made before there is room again', async () => {
  const host = await world.host();
  host.send({ t: 'pause' });
  host.open('1');
  await host.state('1', 'connecting');
  host.send({ t: 'ping', id: '3' });
  await host.until(() => host.pong === '3', 'a pong');
  assert.equal(host.states.some(({ state }) => state === 'qr'), false);
  host.send({ t: 'resume' });
  await host.state('1', 'qr');
});

test('a session that cannot be read is tried again, with waits', async () => {
  const { host } = await opened();
  await host.stop();
  const second = await world.host({ store: host.store });
  second.faults.failReads = 3;
  second.open('1');
  await second.until(() => second.states.filter((s) => s.state === 'closed' && s.retryInMs > 0).length >= 3, 'three tries');
  await second.state('1', 'open');
});

test('credentials that are gone are not silently replaced: logged out, with the reason, and no QR code', async () => {
  const { host } = await opened();
  await host.stop();
  host.store.records.clear();
  const second = await world.host({ store: host.store });
  second.open('1', { linked: true });
  const out = await second.state('1', 'loggedOut');
  assert.match(out.detail, /credentials are gone/);
  assert.equal(second.states.some(({ state }) => state === 'qr'), false);
  second.open('1');
  await second.state('1', 'qr');
});

test('an open link whose credentials vanish from the store ends logged out at its next write', async () => {
  const { host, jid, mark } = await opened();
  host.store.records.clear();
  let failed = 0;
  host.faults.failWrites = () => ++failed === 1; // as the host does after a loss
  await peer.sock.sendMessage(jid, { text: 'after the loss' });
  const out = await host.state('1', 'loggedOut', mark);
  assert.match(out.detail, /credentials are gone/);
  assert.equal(countOf(host, 'after the loss'), 0);
});
