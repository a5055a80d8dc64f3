import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, World } from './support/world.mjs';

const world = await World.create();

const connected = () => [...world.sim.conns].filter((conn) => conn.ws.readyState === 1).length;
const statesOf = (host, k) => host.states.filter((s) => s.k === k);

test('a QR code comes with its expiry, and a scan of it opens the instance', async () => {
  const host = await world.host();
  const phone = world.newPhone();
  host.open('1');
  const { qr, qrExpiresAtUs } = await host.state('1', 'qr');
  assert.match(qr, /^https:\/\/wa\.me\/settings\/linked_devices#2@/);
  const lastsMs = qrExpiresAtUs / 1000 - Date.now();
  assert.ok(lastsMs > 50_000 && lastsMs <= 60_000, `${lastsMs} ms`);
  await world.admin('scan-qr', { qr, phone, name: 'Us' });
  const { info } = await host.state('1', 'open');
  assert.equal(info.ownerJid, `${phone}@s.whatsapp.net`);
  assert.deepEqual(statesOf(host, '1').slice(0, 4).map(({ state }) => state), ['connecting', 'qr', 'connecting', 'open']);
  await host.state('1', (s) => s.info?.profileName === 'Us');
});

test('QR codes are renewed until the limit, over several connections, then the attempt ends with a reason', async () => {
  const others = connected();
  const host = await world.host({ qrLimit: 8, test: { timing: { qrMs: 60 } } });
  host.open('1');
  const closed = await host.state('1', 'closed');
  const shown = statesOf(host, '1').filter((s) => s.state === 'qr').map((s) => s.qr);
  assert.equal(shown.length, 8);
  assert.equal(new Set(shown).size, 8);
  assert.match(closed.detail, /nobody scanned/);
  assert.equal(closed.networkCode, 408);
  assert.equal(closed.retryInMs, undefined);
  await eventually(() => connected() === others, 'the socket to be closed');

  host.open('1'); // a new attempt has new codes
  await host.state('1', 'qr', host.states.indexOf(closed));
});

test('with a number there is a pairing code beside the QR code, and it opens the instance', async () => {
  const host = await world.host();
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode, pairingCodeExpiresAtUs } = await host.state('1', 'pairingCode');
  assert.match(pairingCode, /^[1-9A-HJ-NP-TV-Z]{8}$/);
  assert.ok(pairingCodeExpiresAtUs / 1000 > Date.now());
  await world.admin('enter-code', { phone, code: pairingCode });
  await host.state('1', 'open');
});

test('a number that comes while a QR code is shown brings a pairing code, too', async () => {
  const host = await world.host();
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1');
  const { qr } = await host.state('1', 'qr');
  host.open('1', { number: phone });
  const { pairingCode } = await host.state('1', 'pairingCode');
  assert.equal(statesOf(host, '1').filter((s) => s.state === 'qr').at(-1).qr, qr, 'the attempt goes on');
  await world.admin('enter-code', { phone, code: pairingCode });
  await host.state('1', 'open');
});

test('a lost connection before the phone has answered leads to a new pairing code, not to a doomed login', async () => {
  const host = await world.host();
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const first = await host.state('1', 'pairingCode');
  await host.until(() => host.store.get('1', 'creds'), 'credentials to be stored');
  assert.doesNotMatch(host.store.get('1', 'creds').toString(), new RegExp(phone));
  await world.admin('drop');
  const second = await host.state('1', (s) => s.state === 'pairingCode' && s.pairingCode !== first.pairingCode);
  await world.admin('enter-code', { phone, code: second.pairingCode });
  await host.state('1', 'open');
  assert.equal(statesOf(host, '1').some((s) => s.state === 'loggedOut'), false);
});

test('the same with a killed bridge: the next one starts from new codes', async () => {
  const phone = world.newPhone();
  await world.admin('account', { phone });
  const first = await world.host();
  first.open('1', { number: phone });
  await first.state('1', 'pairingCode');
  await first.kill();
  const second = await world.host({ store: first.store });
  second.open('1', { number: phone });
  await second.state('1', 'qr');
  const { pairingCode } = await second.state('1', 'pairingCode');
  await world.admin('enter-code', { phone, code: pairingCode });
  await second.state('1', 'open');
});

test('a QR code that somebody tampered with links nothing', async () => {
  const host = await world.host();
  const phone = world.newPhone();
  host.open('1');
  const { qr } = await host.state('1', 'qr');
  const fields = qr.split(',');
  fields[3] = Buffer.alloc(32).toString('base64'); // another secret: the account's signature cannot be right
  await assert.rejects(world.admin('scan-qr', { qr: fields.join(','), phone }), /409/);
  assert.equal(world.sim.store.byPn.get(phone)?.companions.length ?? 0, 0);
  assert.equal(statesOf(host, '1').some((s) => s.state === 'open'), false);
});

test("a server whose certificate is not signed by the trusted root is refused, however well-formed", async () => {
  const host = await world.host({ test: { noiseRoot: '142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b' } });
  host.open('1');
  const closed = await host.state('1', 'closed');
  assert.equal(closed.networkCode, 400);
  assert.ok(closed.retryInMs > 0);
  assert.equal(statesOf(host, '1').some((s) => s.state === 'qr'), false);
});

test('an account signature that is well-formed and wrong links nothing', async () => {
  const { Curve } = await import('baileys/lib/Utils/crypto.js');
  await import('../src/strict_curve.mjs');
  const pair = Curve.generateKeyPair();
  const message = Buffer.from('details');
  const signature = Buffer.from(Curve.sign(pair.private, message));
  assert.equal(Curve.verify(pair.public, message, signature), true);
  signature[10] ^= 1;
  assert.equal(Curve.verify(pair.public, message, signature), false);
  assert.equal(Curve.verify(Buffer.alloc(3), message, signature), false);
});
