import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { Proxy } from './support/proxy.mjs';
import { eventually, phoneOf, swallow, World } from './support/world.mjs';

const world = await World.create();
const peer = await world.peer('ana');
const textIs = (text) => (body) => body.message?.conversation === text;

/** A bridge with one open instance, its jid, and its device's jid. */
async function opened(options) {
  const host = await world.host(options);
  const jid = await world.pair(host, '1');
  return { host, jid, device: `${phoneOf(jid)}:1@s.whatsapp.net`, mark: host.states.length };
}

test('a new bridge on the same store opens without a QR code and gets what was sent meanwhile', async () => {
  const { host, jid } = await opened();
  await host.stop();
  assert.equal(host.exit.code, 0);
  await peer.sock.sendMessage(jid, { text: 'while you were away' });
  const second = await world.host({ store: host.store });
  second.open('1');
  await second.state('1', 'open');
  await second.event('messages.upsert', textIs('while you were away'));
  assert.equal(second.states.some((s) => s.state === 'qr'), false);
});

test('what comes live does not overtake what waited', async () => {
  const { host, jid } = await opened();
  await host.stop();
  const expected = Array.from({ length: 40 }, (_, n) => `in turn ${n}`);
  for (const text of expected.slice(0, 25)) await peer.sock.sendMessage(jid, { text });
  const second = await world.host({ store: host.store });
  second.open('1');
  for (const text of expected.slice(25)) await peer.sock.sendMessage(jid, { text });
  await second.event('messages.upsert', textIs(expected.at(-1)));
  const texts = second.events('messages.upsert').map(({ body }) => body.message.conversation);
  assert.deepEqual(texts.filter((text) => text.startsWith('in turn')), expected);
});

test('a lost connection is told with the time of the next try, and comes back', async () => {
  const { host, device, mark } = await opened();
  await world.admin('drop', { jid: device });
  const closed = await host.state('1', 'closed', mark);
  assert.ok(closed.retryInMs > 0 && closed.retryInMs <= 40, `${closed.retryInMs}`);
  assert.equal(closed.networkCode, 428);
  await host.state('1', 'open', host.states.indexOf(closed));
});

for (const [what, faults, code] of [
  ['HTTP 503 on the upgrade', { http: 503 }, 503],
  ['HTTP 401 on the upgrade, which is no logout', { http: 401 }, 401],
  ['a failure 503 at the login', { failure: 503 }, 503],
]) {
  test(`${what}: tried again with growing waits until it works`, async () => {
    const { host, device, mark } = await opened();
    await world.admin('faults', faults);
    await world.admin('drop', { jid: device });
    const tries = () => host.states.slice(mark).filter((s) => s.state === 'closed' && s.networkCode === code);
    await host.until(() => tries().length >= 4, 'four tries');
    await world.admin('faults', { http: 0, failure: 0 });
    assert.ok(tries().every((s) => s.retryInMs > 0));
    assert.ok(tries()[3].retryInMs > tries()[0].retryInMs, tries().map((s) => s.retryInMs).join());
    await host.state('1', 'open', mark);
    assert.equal(host.states.some((s) => s.state === 'loggedOut'), false);
  });
}

test('stream error 503: back in a moment', async () => {
  const { host, device, mark } = await opened();
  await world.admin('stream-error', { jid: device, code: 503 });
  const closed = await host.state('1', 'closed', mark);
  assert.equal(closed.networkCode, 503);
  await host.state('1', 'open', host.states.indexOf(closed));
});

test('stream error 515 on an open link, again and again: never a hot loop', async () => {
  const { host, device, mark } = await opened();
  await world.admin('stream-error', { jid: device, code: 515 });
  const closed = await host.state('1', 'closed', mark);
  assert.ok(closed.retryInMs > 0);
  await host.state('1', 'open', host.states.indexOf(closed));
});

test('replaced by another connection of the same device: closed for good, credentials kept', async () => {
  const { host, device, mark } = await opened();
  await world.admin('stream-error', { jid: device, code: 440, conflict: 'replaced' });
  const closed = await host.state('1', 'closed', mark);
  assert.equal(closed.networkCode, 440);
  assert.equal(closed.retryInMs, undefined);
  assert.ok(host.store.get('1', 'creds'));
  const logins = world.sim.stats.handshakes;
  host.open('1');
  await host.state('1', 'open', host.states.indexOf(closed));
  assert.equal(world.sim.stats.handshakes, logins + 1);
});

for (const code of [402, 403, 406]) {
  test(`a login refused with ${code} is final`, async () => {
    const { host, device, mark } = await opened();
    await world.admin('faults', { failure: code });
    await world.admin('drop', { jid: device });
    const closed = await host.state('1', (s) => s.state === 'closed' && s.networkCode === code, mark);
    await world.admin('faults', { failure: 0 });
    assert.equal(closed.retryInMs, undefined);
    assert.ok(closed.detail.length > 0);
  });
}

test('a wire that goes dead without a word is found out and replaced', async () => {
  const proxy = await Proxy.to(world.sim.opts.port);
  const { host, mark } = await opened({ test: { serverUrl: proxy.url, timing: { keepAliveMs: 300, silenceMs: 200 } } });
  proxy.silent = true;
  const closed = await host.state('1', 'closed', mark, 5000);
  assert.match(closed.detail, /silent/);
  proxy.silent = false;
  await host.state('1', 'open', host.states.indexOf(closed));
  await host.stop();
  await proxy.close();
});

test('a server that takes connections and says nothing does not hold an instance up for ever', async () => {
  const mute = net.createServer((socket) => socket.on('error', () => {}));
  await new Promise((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const host = await world.host({
    test: { serverUrl: `ws://127.0.0.1:${mute.address().port}/ws/chat`, timing: { progressMs: 200 } },
  });
  host.open('1');
  const closed = await host.state('1', 'closed', 0, 5000);
  assert.match(closed.detail, /too long/);
  assert.ok(closed.retryInMs > 0);
  await host.stop();
  mute.close();
});

test('close keeps the credentials and ends in closed, with nothing scheduled', async () => {
  const { host, device, mark } = await opened();
  host.send({ t: 'close', k: '1' });
  const closed = await host.state('1', 'closed', mark);
  assert.equal(closed.retryInMs, undefined);
  assert.ok(host.store.get('1', 'creds'));
  await eventually(() => !world.sim.store.device(device).online, 'the device to be offline');
  host.open('1');
  await host.state('1', 'open', host.states.indexOf(closed));
});

test('close right after open ends in closed', async () => {
  const host = await world.host();
  host.open('1');
  host.send({ t: 'close', k: '1' });
  await host.state('1', 'closed');
  host.send({ t: 'ping', id: '7' });
  await host.until(() => host.pong === '7', 'a pong');
  assert.equal(host.states.at(-1).state, 'closed');
});

test('logout unlinks the device at WhatsApp and leaves no key behind', async () => {
  const { host, jid, device, mark } = await opened();
  await peer.sock.sendMessage(jid, { text: 'a session to delete' });
  await host.event('messages.upsert', textIs('a session to delete'));
  assert.ok(host.store.keys('1', 'key/').length > 800);
  host.send({ t: 'logout', k: '1', instanceId: 'id-1', name: 'name-1', deadlineMs: 5000 });
  const out = await host.state('1', 'loggedOut', mark);
  assert.equal(out.networkCode, 401);
  assert.deepEqual(host.store.keys('1'), []);
  assert.equal(world.sim.store.device(device), undefined);
  host.open('1');
  await host.state('1', 'qr', host.states.indexOf(out));
});

test('logout with the network gone ends in loggedOut, without keys, within its time', async () => {
  const proxy = await Proxy.to(world.sim.opts.port);
  const { host, mark } = await opened({ test: { serverUrl: proxy.url } });
  proxy.silent = true;
  const start = Date.now();
  host.send({ t: 'logout', k: '1', instanceId: 'id-1', name: 'name-1', deadlineMs: 6000 });
  const out = await host.state('1', 'loggedOut', mark);
  assert.ok(Date.now() - start < 6000);
  assert.ok(out.detail.length > 0);
  assert.deepEqual(host.store.keys('1'), []);
  await host.stop();
  await proxy.close();
});

test('logout while no connection can be made, and of an instance that this bridge never saw', async () => {
  const proxy = await Proxy.to(world.sim.opts.port);
  const { host, mark } = await opened({ test: { serverUrl: proxy.url } });
  await proxy.cut();
  await host.state('1', 'closed', mark);
  host.send({ t: 'logout', k: '1', instanceId: 'id-1', name: 'name-1', deadlineMs: 2000 });
  const out = await host.state('1', 'loggedOut', mark);
  assert.match(out.detail, /could not be told/);
  assert.deepEqual(host.store.keys('1'), []);
  host.send({ t: 'logout', k: '2', instanceId: 'id-2', name: 'name-2', deadlineMs: 2000 });
  await host.state('2', 'loggedOut');
});

test('logout of a linked instance whose link is away opens one to tell WhatsApp', async () => {
  const { host, device, mark } = await opened();
  host.send({ t: 'close', k: '1' });
  host.send({ t: 'logout', k: '1', instanceId: 'id-1', name: 'name-1', deadlineMs: 5000 });
  const out = await host.state('1', 'loggedOut', mark);
  assert.equal(out.detail, 'logged out');
  assert.equal(world.sim.store.device(device), undefined);
  assert.deepEqual(host.store.keys('1'), []);
});

test('logout while a bridge that never saw the instance has its keys tells WhatsApp, too', async () => {
  const { host, device } = await opened();
  await host.stop();
  const second = await world.host({ store: host.store });
  second.send({ t: 'logout', k: '1', instanceId: 'id-1', name: 'name-1', deadlineMs: 5000 });
  const out = await second.state('1', 'loggedOut');
  assert.equal(out.detail, 'logged out');
  assert.equal(world.sim.store.device(device), undefined);
});

test('unlinked on the phone: loggedOut, keys deleted, the next open shows a QR code', async () => {
  const { host, device, mark } = await opened();
  await world.admin('remove-device', { jid: device });
  const out = await host.state('1', 'loggedOut', mark);
  assert.equal(out.networkCode, 401);
  assert.deepEqual(host.store.keys('1'), []);
  host.open('1');
  await host.state('1', 'qr', host.states.indexOf(out));
});

const isEndOfCreds = (ops) => ops.some(({ key, value }) => key === 'creds' && value === null);

/** An instance whose phone has unlinked it; its keys are not deleted before `host.releaseWrites()`. */
async function beingForgotten() {
  const { host, device, mark } = await opened();
  host.faults.holdWrites = isEndOfCreds;
  await world.admin('remove-device', { jid: device });
  await host.until(() => host.heldWrites > 0, 'the keys to be deleted');
  return { host, mark };
}

test('opened again while the keys of the lost account are deleted: that open is answered with loggedOut', async () => {
  const { host, mark } = await beingForgotten();
  const { handshakes } = world.sim.stats;
  host.send({ t: 'open', k: '1', ask: 2, instanceId: 'id-1', name: 'name-1', options: { linked: true } });
  await host.state('1', 'connecting', mark);
  host.releaseWrites();
  const out = await host.state('1', 'loggedOut', mark);
  assert.equal(out.ask, 2);
  assert.deepEqual(host.store.keys('1'), []);
  host.open('1');
  await host.state('1', 'qr', mark);
  assert.deepEqual(host.states.slice(mark).map(({ state }) => state), ['connecting', 'loggedOut', 'connecting', 'qr']);
  assert.equal(world.sim.stats.handshakes, handshakes + 1); // with keys that are going it tried nothing
});

test('opened anew while the keys of the lost account are deleted: the new account keeps its own', async () => {
  const { host, mark } = await beingForgotten();
  host.open('1');
  await host.state('1', 'connecting', mark);
  host.releaseWrites();
  const { qr } = await host.state('1', 'qr', mark);
  await world.admin('scan-qr', { qr, phone: world.newPhone(), name: 'new' });
  await host.state('1', 'open', mark);
  assert.ok(host.store.get('1', 'creds'));
  assert.equal(host.states.some(({ state }) => state === 'loggedOut'), false);
});

test('unlinked while the bridge was away: found out at the login', async () => {
  const { host, device } = await opened();
  await host.stop();
  await world.admin('remove-device', { jid: device });
  const second = await world.host({ store: host.store });
  second.open('1');
  await second.state('1', 'loggedOut');
  assert.deepEqual(second.store.keys('1'), []);
});

test('forget closes the socket and says nothing', async () => {
  const { host, device, mark } = await opened();
  await host.state('1', (s) => s.info?.profileName, 0);
  const said = host.states.length;
  host.send({ t: 'forget', k: '1' });
  await eventually(() => !world.sim.store.device(device).online, 'the device to be offline');
  host.send({ t: 'ping', id: '9' });
  await host.until(() => host.pong === '9', 'a pong');
  assert.equal(host.states.length, said);
  assert.ok(mark <= said);
});

test('a command in flight when the link breaks is sent again under its id, and arrives once', async () => {
  const { host, jid, device, mark } = await opened();
  await peer.sock.sendMessage(jid, { text: 'a session' });
  await host.event('messages.upsert', textIs('a session'));
  const swallowed = swallow(world.sim.router, 'onMessage');
  const answer = host.submit('1', 'message.sendText', { number: peer.phone, text: 'sent twice' }, { messageId: '3EB0AAAAAAAAAAAAAAAAAA' });
  await swallowed;
  await world.admin('drop', { jid: device });
  assert.equal((await answer).status, 0);
  assert.equal((await peer.text('sent twice')).key.id, '3EB0AAAAAAAAAAAAAAAAAA');
  await host.state('1', 'closed', mark);
});

for (const [what, asked, xmlns, name, body] of [
  ['a person', 'iq get usync usync', 'usync', 'message.sendText', async () => ({ number: (await world.peer('bob')).phone, text: 'at last' })],
  ['a group', 'iq get w:g2 query', 'w:g2', 'message.sendText', async (jid) => ({ number: (await peer.sock.groupCreate('Asked', [jid])).id, text: 'at last' })],
  ['a group, of which nothing else waits', 'iq get w:g2 query', 'w:g2', 'group.participants', async (jid) => ({ groupJid: (await peer.sock.groupCreate('Asked', [jid])).id })],
]) {
  test(`a command whose question about ${what} had no answer when WhatsApp ended the stream goes on as soon as there is a link again`, async () => {
    const { host, jid, device } = await opened();
    const given = await body(jid);
    await world.admin('faults', { iq: { [xmlns]: 'silent' } });
    const before = world.sim.counters.get(asked) ?? 0;
    const answer = host.submit('1', name, given, { withinMs: 10_000 });
    await eventually(() => (world.sim.counters.get(asked) ?? 0) > before, 'the question');
    await world.admin('stream-error', { jid: device, code: '503' });
    await host.state('1', 'closed');
    await world.admin('faults', { iq: {} });
    const { status, detail } = await answer;
    assert.equal(status, 0, detail);
  });
}

test('commands that meet a link in its last moments are carried out on the next', async () => {
  const { host, device } = await opened();
  await host.state('1', (s) => s.info?.profileName);
  for (let n = 0; n < 6; ++n) {
    const mark = host.states.length;
    const asked = [];
    const dropped = world.admin('drop', { jid: device });
    for (let m = 0; m < 20; ++m) {
      asked.push(host.submit('1', 'presence.set', { presence: 'composing', chat: `${peer.phone}${m}` }));
      asked.push(host.submit('1', 'chat.fetchProfilePictureUrl', { number: peer.jid }));
      await new Promise(setImmediate);
    }
    await dropped;
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], [0]);
    await host.state('1', 'open', mark);
  }
});

test('a command whose link does not open in time was never handed over', async () => {
  const proxy = await Proxy.to(world.sim.opts.port);
  const { host, mark } = await opened({ test: { serverUrl: proxy.url } });
  await proxy.cut();
  await host.state('1', 'closed', mark);
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'never' }, { withinMs: 300 });
  assert.equal(answer.status, -4);
});

test('a command for an instance that is closed, or not here, is unavailable at once', async () => {
  const host = await world.host();
  assert.equal((await host.submit('5', 'message.sendText', { number: '1', text: 'x' })).status, -4);
  host.open('1');
  await host.state('1', 'qr');
  host.send({ t: 'close', k: '1' });
  await host.state('1', 'closed');
  assert.equal((await host.submit('1', 'message.sendText', { number: '1', text: 'x' })).status, -4);
});

test('a command whose body is no object is an invalid argument', async () => {
  const host = await world.host();
  host.open('1');
  await host.state('1', 'qr');
  for (const body of ['[]', 'null', '{', '', '"x"']) assert.equal((await host.submit('1', 'presence.set', body)).status, -1, body);
});

test('each state says the last thing that was asked of its instance', async () => {
  const host = await world.host();
  host.send({ t: 'open', k: '1', ask: 3, instanceId: 'id-1', name: 'name-1', options: {} });
  assert.equal((await host.state('1', 'qr')).ask, 3);
  host.send({ t: 'close', k: '2', ask: 9 });
  assert.equal((await host.state('2', 'closed')).ask, 9);
  host.send({ t: 'close', k: '1', ask: 4 });
  assert.equal((await host.state('1', 'closed')).ask, 4);
});
