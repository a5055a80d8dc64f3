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

test('a secret that WhatsApp wants renewed is renewed: the same reference until the same time, and the code of before links nothing', async () => {
  const host = await world.host({ qrLimit: 1 }); // a code drawn anew is no further one
  const phone = world.newPhone();
  host.open('1');
  const before = await host.state('1', 'qr');
  await world.admin('refresh-registration', { qr: before.qr }); // which wants an acknowledgement
  const after = await host.state('1', (s) => s.state === 'qr' && s.qr !== before.qr);
  const [old, renewed] = [before, after].map(({ qr }) => qr.split(','));
  assert.equal(renewed[0], old[0]);
  assert.notEqual(renewed[3], old[3]);
  assert.ok(Math.abs(after.qrExpiresAtUs - before.qrExpiresAtUs) < 100_000);
  await assert.rejects(world.admin('scan-qr', { qr: before.qr, phone }), /409/);
  await world.admin('scan-qr', { qr: after.qr, phone });
  await host.state('1', 'open');
});

/** From now on phones answer and do not sign. @returns {{asked, sign}}: resolves when one would have; lets it. */
function holdSignatures() {
  const { pairing } = world.sim;
  const asked = Promise.withResolvers();
  pairing.pair = (...given) => {
    const signed = Promise.withResolvers();
    asked.resolve(() => { Object.getPrototypeOf(pairing).pair.apply(pairing, given).then(signed.resolve, signed.reject); });
    return signed.promise;
  };
  return { asked: asked.promise.finally(() => { delete pairing.pair; }) };
}

test('while a phone that took the code is about to sign, no QR code changes and no secret is renewed', async () => {
  const host = await world.host({ test: { timing: { qrMs: 400 } } });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode } = await host.state('1', 'pairingCode');
  const { asked } = holdSignatures();
  const entered = world.admin('enter-code', { phone, code: pairingCode });
  const sign = await asked;
  const shown = statesOf(host, '1').filter((s) => s.state === 'qr');
  await world.admin('refresh-registration', { qr: shown.at(-1).qr });
  host.open('1', { number: world.newPhone() }); // would spoil it, too
  host.open('2'); // tells the time
  await host.until(() => statesOf(host, '2').filter((s) => s.state === 'qr').length >= 4, 'codes of another instance');
  assert.deepEqual(statesOf(host, '1').filter((s) => s.state === 'qr'), shown);
  sign();
  await entered;
  await host.state('1', 'open');
});

test('a phone that took the code and does not sign leaves QR codes that go on', async () => {
  const host = await world.host({ test: { timing: { qrMs: 400, finishMs: 500 } } });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode } = await host.state('1', 'pairingCode');
  const { asked } = holdSignatures();
  world.admin('enter-code', { phone, code: pairingCode }).catch(() => {}); // it never signs
  await asked;
  await host.state('1', 'qr', host.states.length);
});

const connOf = (qr) => [...world.sim.conns].find((one) => qr.includes(Buffer.from(one.clientStatic ?? '').toString('base64')));

test('new references take the place of those before, and one that says nothing is left out', async () => {
  const host = await world.host();
  host.open('1');
  const { qr } = await host.state('1', 'qr');
  const ref = (content) => ({ tag: 'ref', attrs: {}, content });
  await connOf(qr).request({ xmlns: 'md' }, [{ tag: 'pair-device', attrs: {}, content: [ref(undefined), ref(Buffer.from('2@new'))] }]);
  await host.state('1', (s) => s.state === 'qr' && s.qr.includes('#2@new,'));
});

test('word of a pairing code without a key, to which nobody answers, holds no QR code up', async () => {
  const host = await world.host({ test: { timing: { qrMs: 400 } } });
  host.open('1');
  const { qr } = await host.state('1', 'qr');
  await connOf(qr).notify({ type: 'link_code_companion_reg' }, [{ tag: 'link_code_companion_reg', attrs: { stage: 'primary_hello' } }]);
  await host.state('1', 'qr', host.states.length);
});

test('a pairing code outlives the QR codes of its socket, for as long as was told', async () => {
  const host = await world.host({ test: { timing: { qrMs: 40, codeMs: 60_000 } } });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode, pairingCodeExpiresAtUs } = await host.state('1', 'pairingCode');
  const lastsMs = pairingCodeExpiresAtUs / 1000 - Date.now();
  assert.ok(lastsMs > 50_000 && lastsMs <= 60_000, `${lastsMs} ms`);
  host.open('2'); // tells the time: its second socket comes after as many codes as the first has
  await host.until(() => statesOf(host, '2').filter((s) => s.state === 'qr').length >= 12, 'codes of another instance');
  assert.equal(statesOf(host, '1').filter((s) => s.state === 'qr').length, 6, 'of one socket');
  await world.admin('enter-code', { phone, code: pairingCode });
  await host.state('1', 'open');
});

test('a phone that took the code when no QR code was left, and does not sign, leaves a socket that ends with the code', async () => {
  const host = await world.host({ test: { timing: { qrMs: 40, codeMs: 3000, finishMs: 50 } } });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode } = await host.state('1', 'pairingCode');
  await host.until(() => statesOf(host, '1').filter((s) => s.state === 'qr').length >= 6, 'all codes of the socket');
  host.open('2'); // tells the time
  await host.until(() => statesOf(host, '2').filter((s) => s.state === 'qr').length >= 3, 'codes of another instance');
  const { asked } = holdSignatures();
  world.admin('enter-code', { phone, code: pairingCode }).catch(() => {}); // it never signs
  await asked;
  await host.state('1', 'qr', host.states.length);
});

test('after its time a pairing code is followed by another, on another socket', async () => {
  const host = await world.host({ test: { timing: { qrMs: 30, codeMs: 400 } } });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const first = await host.state('1', 'pairingCode');
  const second = await host.state('1', (s) => s.state === 'pairingCode' && s.pairingCode !== first.pairingCode);
  assert.ok(second.pairingCodeExpiresAtUs > first.pairingCodeExpiresAtUs);
});

for (const code of [400, 403, 429, 452, 500]) {
  test(`a request for a pairing code that WhatsApp answers with ${code} gives none, says why, and leaves the QR code`, async () => {
    const host = await world.host();
    const phone = world.newPhone();
    await world.admin('faults', { companionHello: code });
    host.open('1', { number: phone });
    const refused = await host.state('1', (s) => s.state === 'qr' && s.networkCode);
    await world.admin('faults', { companionHello: 0 });
    assert.equal(refused.networkCode, code);
    assert.match(refused.detail, /pairing code/);
    assert.equal(statesOf(host, '1').some((s) => s.state === 'pairingCode'), false);
    await world.admin('account', { phone });
    host.open('1', { number: phone }); // whoever asks again is answered again
    await host.state('1', 'pairingCode');
    await world.admin('scan-qr', { qr: refused.qr, phone });
    await host.state('1', 'open');
  });
}

test('after too many codes WhatsApp is not asked again until somebody wants one', async () => {
  const host = await world.host({ qrLimit: 60, test: { timing: { qrMs: 30, codeMs: 50 } } });
  const phone = world.newPhone();
  host.open('1', { number: phone });
  const refused = await host.state('1', (s) => s.state === 'qr' && s.networkCode === 429);
  await host.state('1', 'closed'); // the limit of QR codes, some sockets later
  const asked = world.sim.pairing.asked.get(phone);
  assert.equal(asked, statesOf(host, '1').filter((s) => s.state === 'pairingCode').length + 1);
  assert.ok(statesOf(host, '1').filter((s) => s.state === 'connecting').length > asked, 'a socket that did not ask');
  assert.match(refused.detail, /too many/);
});

for (const number of ['0049155512345', '12345', '1'.repeat(16)]) {
  test(`${number} is no number to ask WhatsApp about`, async () => {
    const host = await world.host();
    host.open('1', { number });
    const refused = await host.state('1', (s) => s.state === 'qr' && s.networkCode);
    assert.equal(refused.networkCode, 400);
    assert.equal(world.sim.pairing.asked.has(number), false);
  });
}

test('the phone is shown a browser on a system that WhatsApp knows, whatever the list of devices says', async () => {
  const { displayOf } = await import('../src/pairing_code.mjs');
  assert.deepEqual(displayOf(['Colibri', 'Chrome', '1.0']), { id: '1', text: 'Chrome (Linux)' });
  assert.deepEqual(displayOf(['Windows', 'Firefox', '1.0']), { id: '3', text: 'Firefox (Windows)' });
  assert.deepEqual(displayOf(['Shop', 'toString', '1.0']), { id: '1', text: 'Chrome (Linux)' });
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
