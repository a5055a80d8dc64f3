import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureOf } from '../src/picture.mjs';
import { phoneOf, swallow, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');
const picture = Buffer.from('a picture').toString('base64');
const none = (wuid) => ({ wuid, profilePictureUrl: null });

const ask = (number, options) => host.submit('1', 'chat.fetchProfilePictureUrl', { number }, options);
async function told(number) {
  const { status, detail, result } = await ask(number);
  assert.equal(status, 0, detail);
  return result;
}

/** WhatsApp answers no question about pictures, or each with an error, while `work` goes on. */
async function withPictures(fault, work) {
  await world.admin('faults', { iq: { 'w:profile:picture': fault } });
  try {
    return await work();
  } finally {
    await world.admin('faults', { iq: {} });
  }
}

test('the picture of a person is told with its address, by the number as by the JID', async () => {
  await world.admin('picture', { phone: peer.phone, picture });
  const { wuid, profilePictureUrl } = await told(`+${peer.phone}`);
  assert.equal(wuid, peer.jid);
  assert.ok(profilePictureUrl.startsWith(`https://${world.sim.media.host}/`), profilePictureUrl);
  assert.deepEqual(await told(peer.jid), { wuid, profilePictureUrl });
});

test('a person is found by the LID, too', async () => {
  const lid = world.sim.account(peer.phone).jid(true);
  const { wuid, profilePictureUrl } = await told(lid);
  assert.equal(wuid, lid);
  assert.ok(profilePictureUrl);
});

test('a Brazilian number finds the account that is registered without the ninth digit', async () => {
  await world.admin('account', { phone: '552199998888' });
  await world.admin('picture', { phone: '552199998888', picture });
  const { wuid, profilePictureUrl } = await told('5521999998888');
  assert.equal(wuid, '552199998888@s.whatsapp.net');
  assert.ok(profilePictureUrl);
});

test('who has no picture, shows it to nobody, or is not on WhatsApp has null', async () => {
  const phone = world.newPhone();
  await world.admin('account', { phone });
  assert.deepEqual(await told(phone), none(`${phone}@s.whatsapp.net`));
  await world.admin('picture', { phone, picture });
  await world.admin('account', { phone, privacy: { profile: 'none' } });
  assert.deepEqual(await told(phone), none(`${phone}@s.whatsapp.net`));
  assert.deepEqual(await told('19998887777'), none('19998887777@s.whatsapp.net'));
});

test('the picture of a group of ours is told, that of a group of others is null', async () => {
  const ours = await peer.sock.groupCreate('Ours', [jid]);
  const theirs = await peer.sock.groupCreate('Theirs', []);
  for (const { id } of [ours, theirs]) await world.admin('picture', { group: id, picture });
  assert.ok((await told(ours.id)).profilePictureUrl);
  assert.deepEqual(await told(theirs.id), none(theirs.id));
});

test('any other error of WhatsApp is a refusal with its number, not a picture that is not there', async () => {
  const answer = await withPictures(429, () => ask(peer.phone));
  assert.deepEqual([answer.status, answer.detail], [-12, 'WhatsApp refused with error 429']);
});

test('no answer until the deadline is told as that, and holds nobody else up', async () => {
  const waiting = await withPictures('silent', async () => {
    const late = ask(peer.phone, { withinMs: 300 });
    const text = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'meanwhile' });
    assert.equal(text.status, 0, text.detail);
    return late;
  });
  assert.deepEqual([waiting.status, waiting.detail], [-5, 'WhatsApp did not answer in time']);
});

test('a question that is cancelled is answered so at once', async () => {
  const answer = await withPictures('silent', () => {
    const asked = ask(peer.phone);
    host.send({ t: 'cancel', token: host.lastToken });
    return asked;
  });
  assert.equal(answer.status, -7);
});

test('a question whose answer is lost with the link is asked again on the next', async () => {
  const lost = swallow(world.sim.pictures, 'handle', (conn, { attrs }) => attrs.target === peer.jid);
  const answer = ask(peer.phone);
  await lost;
  await world.admin('drop', { jid: `${phoneOf(jid)}:1@s.whatsapp.net` });
  const { status, result } = await answer;
  assert.equal(status, 0);
  assert.equal(result.wuid, peer.jid);
  assert.ok(result.profilePictureUrl);
});

test('a text that is no picture is refused at once, however many spaces are in it', async () => {
  const began = performance.now();
  await assert.rejects(pictureOf(`A${' '.repeat(200_000)}!`), /is not base64/);
  assert.ok(performance.now() - began < 3000, 'every other instance of the process stands still as long');
});

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(world.sim.violations, []);
  assert.deepEqual(world.sim.unknowns, []);
});
