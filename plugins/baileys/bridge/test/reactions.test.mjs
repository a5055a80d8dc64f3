import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from './support/host.mjs';
import { Proxy } from './support/proxy.mjs';
import { phoneOf, swallow, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');

const react = (key, reaction, options) => host.submit('1', 'message.sendReaction', { key, reaction }, options);

/** The key of a message to us, as its event has it. */
async function received(text, to = jid) {
  await peer.sock.sendMessage(to, { text });
  return (await host.event('messages.upsert', (b) => b.message?.conversation === text)).body.key;
}

/** A reaction as the peer has it: the message that brought it. */
const seen = (text) => peer.wait('messages.upsert', ({ messages }) =>
  messages.find((m) => m.message?.reactionMessage?.text === text && !m.key.fromMe));

test('a reaction goes out with the given id, reaches the sender of the message, and comes back as a message object', async () => {
  const key = await received('like me');
  const messageId = newId();
  const answer = await react(key, '👍', { messageId });
  assert.equal(answer.status, 0, answer.detail);
  const { key: own, message: { reactionMessage }, messageType, status } = answer.result;
  assert.deepEqual(own, { remoteJid: peer.jid, fromMe: true, id: messageId });
  assert.deepEqual([messageType, status], ['reactionMessage', 'PENDING']);
  assert.equal(reactionMessage.text, '👍');
  assert.deepEqual(reactionMessage.key, { remoteJid: peer.jid, fromMe: false, id: key.id });
  assert.equal(typeof reactionMessage.senderTimestampMs, 'number');
  assert.equal((await seen('👍')).key.id, messageId);
  const [told] = await peer.wait('messages.reaction');
  assert.deepEqual([told.key.id, told.key.fromMe], [key.id, true]);
  await host.event('messages.update', (b) => b.keyId === messageId && b.status === 'DELIVERY_ACK');
  assert.ok(host.store.get('1', `sent/${messageId}`));
});

test('an empty reaction takes back the one that was there', async () => {
  const key = await received('like me no more');
  await react(key, '🎉');
  await seen('🎉');
  const mark = peer.mark();
  assert.equal((await react(key, '')).status, 0);
  const [{ reaction }] = await peer.wait('messages.reaction', (list) => list[0].key.id === key.id, 10_000, mark);
  assert.equal(reaction.text, '');
});

test('a message of our own is reacted to as well', async () => {
  const { result } = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'my own' });
  const answer = await react(result.key, '🙂');
  assert.equal(answer.status, 0, answer.detail);
  const { message } = await seen('🙂');
  assert.equal(message.reactionMessage.key.id, result.key.id);
  assert.equal(answer.result.message.reactionMessage.key.fromMe, true);
});

test('in a group the reaction names the author, also if the caller does not; of an unknown message it is asked for', async () => {
  const group = await peer.sock.groupCreate('Reactions', [jid]);
  const key = await received('in the group', group.id);
  for (const [given, emoji] of [[key, '🔥'], [{ ...key, participant: undefined }, '🌊']]) {
    const answer = await react(given, emoji);
    assert.equal(answer.status, 0, answer.detail);
    assert.equal(answer.result.message.reactionMessage.key.participant, key.participant);
    assert.equal((await seen(emoji)).key.remoteJid, group.id);
  }
  const unknown = await react({ id: newId(), remoteJid: group.id, fromMe: false }, '🌋');
  assert.equal(unknown.status, -12);
  assert.match(unknown.detail, /needs a participant/);
  assert.equal((await react({ id: newId(), remoteJid: group.id, fromMe: true }, '🗻')).status, 0);
});

test('a reaction that is lost with the link is sent again under its id, and arrives once', async () => {
  const key = await received('lost on the way');
  const lost = swallow(world.sim.router, 'onMessage');
  const messageId = newId();
  const answer = react(key, '🛟', { messageId });
  await lost;
  await world.admin('drop', { jid: `${phoneOf(jid)}:1@s.whatsapp.net` });
  assert.equal((await answer).status, 0);
  assert.equal((await seen('🛟')).key.id, messageId);
  const inbox = await world.admin('phone/inbox', { phone: peer.phone });
  assert.equal(inbox.filter(({ id }) => id === messageId).length, 1);
});

test('a refused reaction, and one to nobody, are refusals that say why', async () => {
  const key = await received('refuse me');
  await world.admin('faults', { nack: 479 });
  const refused = await react(key, '🚫');
  await world.admin('faults', { nack: 0 });
  assert.equal(refused.status, -12);
  assert.match(refused.detail, /479/);
  const nobody = await react({ id: newId(), remoteJid: '19998887777@s.whatsapp.net', fromMe: false }, '👻');
  assert.equal(nobody.status, -12);
  assert.equal(JSON.parse(nobody.detail).exists, false);
});

test('what is not one emoji, no text or no key is refused with the reason, and the bridge goes on', async () => {
  const key = await received('odd ones');
  for (const odd of ['not one emoji', '👍👍', 'x'.repeat(100_000), '\u0000', '1', ' ', '👍 ']) {
    const answer = await react(key, odd);
    assert.deepEqual([answer.status, answer.detail], [-12, 'Reaction must be a single emoji or empty string'], odd.slice(0, 20));
  }
  for (const one of ['❤️', '❤', '👨‍👩‍👧', '🇧🇷', '1️⃣', '👍🏽']) assert.equal((await react(key, one)).status, 0, one);
  for (const [noKey, noText] of [[key, 7], [key, undefined], [undefined, '👍'], [{ id: 5 }, '👍'], ['a key', '👍']]) {
    assert.equal((await react(noKey, noText)).status, -12);
  }
  assert.equal((await react(key, '✅')).status, 0);
  await seen('✅');
});

test('without a link a reaction waits, is cancelled, or was never handed over', async () => {
  const proxy = await Proxy.to(world.sim.opts.port);
  const away = await world.host({ test: { serverUrl: proxy.url } });
  await world.pair(away, '1');
  await proxy.cut();
  await away.state('1', 'closed');
  const body = { key: { id: newId(), remoteJid: peer.jid, fromMe: false }, reaction: '⏳' };
  const late = away.submit('1', 'message.sendReaction', body, { withinMs: 200 });
  const cancelled = away.submit('1', 'message.sendReaction', body);
  away.send({ t: 'cancel', token: away.lastToken });
  assert.equal((await cancelled).status, -7);
  assert.deepEqual([(await late).status, (await late).detail], [-4, 'the link was not open in time']);
  await away.stop();
});

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(world.sim.violations, []);
  assert.equal(host.exit, null);
});
