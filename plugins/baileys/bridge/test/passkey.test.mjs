// Accounts that have a passkey: what the person has to do between the scan and the link. The simulator judges every byte.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { Authenticator } from '../../../../tests/wasim/src/authenticator.mjs';
import { eventually, World } from './support/world.mjs';

const { Passkey } = await import('../src/passkey.mjs');

const world = await World.create();
const NOT_FOUND = -2, REJECTED = -12;
const UNPROVEN = { passkeyProofMs: 0 }; // as if five minutes had passed since the scan

/** An account with a passkey. */
async function person(passkey = {}) {
  const phone = world.newPhone();
  const key = new Authenticator();
  await world.admin('account', { phone, passkey: { credential: key.credential, ...passkey } });
  return { phone, key, ceremony: async () => (await world.admin('passkey', { phone })).at(-1) };
}

/** An instance whose code was scanned by such a person, and that WhatsApp asked for the passkey. */
async function asked(passkey, { timing, bridge, qr } = {}) {
  const who = await person(passkey);
  if (!bridge) {
    bridge = await world.host({ test: { timing } });
    bridge.open('1');
    ({ qr } = await bridge.state('1', 'qr'));
  }
  const since = bridge.states.length;
  const scanned = world.admin('scan-qr', { qr, phone: who.phone, name: 'Us' }).then(() => 'linked', (error) => error.message);
  await bridge.state('1', 'passkey', since);
  const challenge = (await bridge.submit('1', 'passkey.challenge', {})).result;
  const respond = (lies) => bridge.submit('1', 'passkey.response', { credential: who.key.get(challenge.publicKey, lies) });
  return { bridge, ...who, scanned, challenge, respond };
}

const told = (bridge, type) => bridge.events(type, '1').map(({ body }) => body);

test('who shows the passkey is linked without comparing a code, since we prove that we showed the QR code', async () => {
  const { bridge, phone, scanned, challenge, respond, ceremony } = await asked({ handoff: true });
  assert.equal(challenge.stage, 'required');
  assert.equal(challenge.publicKey.rpId, 'whatsapp.com');
  assert.ok(Date.parse(challenge.expiresAt) > Date.now());
  const { status, result } = await respond();
  assert.equal(status, 0);
  assert.equal(result.stage, 'confirming');
  const { info } = await bridge.state('1', 'open');
  assert.equal(info.ownerJid, `${phone}@s.whatsapp.net`);
  assert.equal(await scanned, 'linked');
  const { proof, violations } = await ceremony();
  assert.deepEqual(violations, []);
  assert.ok(proof);
  const [required] = bridge.events('passkey.required', '1');
  assert.deepEqual(required.body, { publicKey: challenge.publicKey, expiresAt: challenge.expiresAt }, 'passed on as it came');
  assert.equal(required.expiresAtUs, Date.parse(challenge.expiresAt) * 1000);
  assert.equal((await bridge.submit('1', 'passkey.challenge', {})).status, NOT_FOUND, 'it is over');
});

test('without the proof the person compares the code of the phone, and only then is anything linked', async () => {
  const { bridge, scanned, respond, ceremony } = await asked({ handoff: false }, { timing: UNPROVEN });
  assert.equal((await bridge.submit('1', 'passkey.confirm', {})).status, REJECTED, 'there is no code yet');
  const { result } = await respond();
  assert.equal(result.stage, 'confirm');
  assert.match(result.code, /^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/);
  const { code, violations } = await ceremony();
  assert.equal(result.code, code);
  assert.deepEqual(told(bridge, 'passkey.confirm').map((body) => body.code), [code]);
  assert.deepEqual((await bridge.submit('1', 'passkey.challenge', {})).result, result, 'who asks again sees the code');
  await world.admin('passkey/confirm', { phone: (await ceremony()).phone, code });
  assert.equal((await bridge.submit('1', 'passkey.confirm', {})).result.stage, 'confirming');
  await bridge.state('1', 'open');
  assert.equal(await scanned, 'linked');
  assert.deepEqual(violations, []);
});

for (const handoff of [true, false]) test(`a phone that links before WhatsApp has answered is an answer, ${handoff ? 'with the proof' : 'after the code was compared'}`, async () => {
  const { bridge, respond, scanned, ceremony } = await asked({ handoff }, { timing: handoff ? {} : UNPROVEN });
  for (const conn of world.sim.conns) {
    const { result } = conn;
    conn.result = (node, ...rest) => { if (node.content[0].tag !== 'encrypted_pairing_request') result.call(conn, node, ...rest); };
  }
  let answer = await respond();
  if (!handoff) {
    const { code, phone } = await ceremony();
    await world.admin('passkey/confirm', { phone, code });
    answer = await bridge.submit('1', 'passkey.confirm', {});
  }
  assert.equal(answer.status, 0, answer.detail);
  assert.equal(answer.result.stage, 'confirming');
  assert.equal(await scanned, 'linked');
  await bridge.state('1', 'open');
});

for (const options of ['asked', 'garbled']) test(`options that WhatsApp does not send along, or not readably (${options}), are asked for`, async () => {
  const { bridge, challenge, respond, ceremony } = await asked({ options });
  assert.equal(challenge.publicKey.rpId, 'whatsapp.com');
  await respond();
  await bridge.state('1', 'open');
  assert.deepEqual((await ceremony()).violations, []);
});

test('a pairing code leads to the passkey as a QR code does', async () => {
  const bridge = await world.host();
  const { phone, key, ceremony } = await person();
  bridge.open('1', { number: phone });
  const { pairingCode } = await bridge.state('1', 'pairingCode');
  const entered = world.admin('enter-code', { phone, code: pairingCode });
  await bridge.state('1', 'passkey');
  const { result } = await bridge.submit('1', 'passkey.challenge', {});
  await bridge.submit('1', 'passkey.response', { credential: key.get(result.publicKey) });
  await bridge.state('1', 'open');
  await entered;
  assert.deepEqual((await ceremony()).violations, []);
});

for (const [what, passkey, lies] of [
  ['a passkey of somebody else', {}, { otherKey: true }],
  ['one that was shown to another site', {}, { origin: 'https://evil.test' }],
  ['one that WhatsApp does not want for reasons of its own', { trouble: { refuse: 403 } }, {}],
]) {
  test(`${what} is refused in a sentence, and new codes follow that work`, async () => {
    const { bridge, respond, scanned } = await asked(passkey);
    const { status, detail } = await respond(lies);
    assert.equal(status, REJECTED);
    assert.match(detail, /The passkey was not taken: WhatsApp did not accept it \(error 40[13]\). Scan a new code/);
    assert.deepEqual(told(bridge, 'passkey.failed'), [{ reason: 'rejected' }]);
    assert.notEqual(await scanned, 'linked');
    const closed = await bridge.state('1', 'closed');
    assert.ok(closed.retryInMs > 0);
    const { qr } = await bridge.state('1', 'qr', bridge.states.indexOf(closed));
    await world.admin('scan-qr', { qr, phone: world.newPhone(), name: 'Another' });
    await bridge.state('1', 'open');
  });
}

for (const [reason, passkey, timing, act] of [
  ['no_continuation', { trouble: { no_continuation: true } }, { passkeyAnswerMs: 300 }, ({ respond }) => respond()],
  ['timeout', { timeout: 1500 }, {}, () => {}],
  ['cancelled', {}, {}, ({ bridge }) => bridge.submit('1', 'passkey.cancel', {})],
  ['socket_closed', { trouble: { close: 'before crsc_continuation' } }, {}, ({ respond }) => respond()],
]) {
  test(`a ceremony that comes to nothing says why (${reason}), and can be tried again`, async () => {
    const first = await asked(passkey, { timing });
    const { bridge } = first;
    await act(first);
    await bridge.event('passkey.failed', (body) => body.reason === reason);
    const { qr } = await bridge.state('1', 'qr', bridge.states.findLastIndex(({ state }) => state === 'passkey'));
    const again = await asked({}, { bridge, qr });
    await again.respond();
    await bridge.state('1', 'open');
    assert.deepEqual((await again.ceremony()).violations, []);
  });
}

/** A ceremony on a socket that is none. `options`: what comes with the notification; `asked`: the answer to the question for them. */
function bare(options, asked = async () => ({ tag: 'iq', attrs: {}, content: [] })) {
  const sock = { ws: new EventEmitter(), ev: new EventEmitter(), sendNode: async () => {}, query: asked };
  const key = { public: Buffer.alloc(32) };
  const creds = { advSecretKey: Buffer.alloc(32).toString('base64'), noiseKey: key, signedIdentityKey: key };
  const passkey = new Passkey(sock, { creds, deviceType: 1, save() {} });
  const stages = [];
  passkey.on('stage', (stage) => stages.push(stage));
  const content = options && [{ tag: 'passkey_request_options', attrs: {}, content: Buffer.from(JSON.stringify(options)) }];
  sock.ws.emit('CB:notification,type:passkey_prologue_request', { tag: 'notification', attrs: { id: '1', from: 's.whatsapp.net' }, content });
  return { sock, creds, passkey, stages };
}

test('a way of asking that is not known ends the ceremony, and says so', async () => {
  const { passkey, stages } = bare();
  await eventually(() => stages.length > 0, 'a stage');
  assert.equal(stages[0].reason, 'unreadable');
  assert.equal(passkey.isPending, false);
});

test('a challenge lives a whole number of milliseconds, whatever WhatsApp says of it', async () => {
  const { passkey, stages } = bare({ challenge: 'YWJj', timeout: 60_000.3 });
  await eventually(() => stages.length > 0, 'a stage');
  passkey.cancel(); // its timer
  assert.ok(Number.isInteger(stages[0].expiresAtMs), `${stages[0].expiresAtMs}`);
});

test('options that come when the socket has ended begin nothing', async () => {
  const { promise, resolve } = Promise.withResolvers();
  const { sock, creds, stages } = bare(undefined, () => promise);
  const before = creds.advSecretKey;
  sock.ev.emit('connection.update', { connection: 'close' });
  const content = Buffer.from(JSON.stringify({ challenge: 'YWJj' }));
  resolve({ tag: 'iq', attrs: {}, content: [{ tag: 'passkey_request_options', attrs: {}, content }] });
  await new Promise(setImmediate);
  assert.deepEqual(stages.map(({ stage, reason }) => [stage, reason]), [['failed', 'socket_closed']]);
  assert.equal(creds.advSecretKey, before);
});

test('a passkey that nobody asked for is not taken, nor one that was shown already', async () => {
  const { bridge, respond } = await asked({ trouble: { no_continuation: true } });
  respond().catch(() => {}); // the bridge ends before it is answered
  await bridge.until(async () => (await bridge.submit('1', 'passkey.challenge', {})).status === 0, 'the challenge');
  assert.match((await respond()).detail, /was shown already/);
  const other = await world.host();
  other.open('1');
  await other.state('1', 'qr');
  assert.equal((await other.submit('1', 'passkey.challenge', {})).status, NOT_FOUND);
  assert.equal((await other.submit('1', 'passkey.response', { credential: {} })).status, NOT_FOUND);
});

test('nothing of it is logged', async () => {
  const { bridge, challenge, respond, ceremony } = await asked({ handoff: false }, { timing: UNPROVEN });
  await respond();
  const { code } = await ceremony();
  const logged = bridge.output + JSON.stringify(bridge.logs);
  for (const secret of [challenge.publicKey.challenge, code]) assert.ok(!logged.includes(secret));
});
