// What the bridge writes anywhere: never a key, a QR text, what people wrote, or who they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phoneOf, World } from './support/world.mjs';

const world = await World.create();

test('nothing secret or personal is in what the process wrote or logged, trouble included', async () => {
  const host = await world.host({ logLevel: 'trace' });
  const phone = world.newPhone();
  await world.admin('account', { phone });
  host.open('1', { number: phone });
  const { pairingCode } = await host.state('1', 'pairingCode');
  const { qr } = await host.state('1', 'qr');
  await world.admin('enter-code', { phone, code: pairingCode });
  await host.state('1', 'open');
  const jid = `${phone}@s.whatsapp.net`;
  const peer = await world.peer('Anastasia');

  // libsignal prints sessions when they are closed, opened, replaced, and when a message cannot be decrypted
  await peer.sock.sendMessage(jid, { text: 'a confidential text' });
  await host.event('messages.upsert');
  await world.admin('faults', { corrupt: 1 });
  await peer.sock.sendMessage(jid, { text: 'a corrupted text' });
  await host.event('messages.upsert', (body) => body.message.conversation === 'a corrupted text');
  await world.admin('faults', { corrupt: 1 });
  await host.submit('1', 'message.sendText', { number: peer.phone, text: 'an answer nobody may read' });
  await peer.text('an answer nobody may read');
  await world.admin('faults', { failure: 503 });
  await world.admin('drop', { jid: `${phone}:1@s.whatsapp.net` });
  await host.state('1', (s) => s.networkCode === 503);
  await world.admin('faults', { failure: 0 });
  await host.submit('1', 'message.sendText', { number: '19998887777', text: 'to nobody' });

  const written = host.output + JSON.stringify(host.logs);
  assert.ok(host.logs.length > 0);
  const creds = JSON.parse(host.store.get('1', 'creds').toString());
  const secrets = {
    'a private key': creds.signedIdentityKey.private.data,
    'the Noise key': creds.noiseKey.private.data,
    'the pairing secret': creds.advSecretKey,
    'a pairing code': pairingCode,
    'a QR text': qr,
    'a part of a QR text': qr.split(',')[1],
    'a text': 'confidential',
    'another text': 'corrupted text',
    'an own text': 'nobody may read',
    'a telephone number': phone,
    "a peer's number": phoneOf(peer.jid),
    "a peer's name": 'Anastasia',
  };
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(typeof secret === 'string' && secret.length > 6, what);
    assert.equal(written.includes(secret), false, `${what} was written`);
  }
  for (const word of ['privKey', 'rootKey', 'chainKey', 'SessionEntry', 'ephemeralKeyPair', '<Buffer']) {
    assert.equal(written.includes(word), false, word);
  }
  assert.equal(host.output, '', 'the process writes nothing at all');
});

test('an environment without anything is enough', async () => {
  const host = await world.host();
  host.open('1');
  await host.state('1', 'qr');
  assert.equal(host.output, '');
});

test('the bridge ends at once when the daemon is gone, and on a frame that is none', async () => {
  const first = await world.host();
  first.open('1');
  await first.state('1', 'qr');
  first.stream.destroy();
  assert.deepEqual(await first.exited, { code: 0, signal: null });

  const second = await world.host();
  second.stream.write(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  assert.deepEqual(await second.exited, { code: 70, signal: null });
});

test('a daemon of another version is refused in a sentence', async () => {
  const host = await world.host({ hello: { version: 2 } });
  assert.deepEqual(await host.exited, { code: 70, signal: null });
  assert.match(host.output, /^colibri-bridge: the daemon speaks version 2$/m);
});

test('what the bridge does not know of is ignored', async () => {
  const host = await world.host();
  host.send({ t: 'something.new', k: '1' });
  host.send({ t: 'ping', id: '5', extra: true });
  await host.until(() => host.pong === '5', 'a pong');
});
