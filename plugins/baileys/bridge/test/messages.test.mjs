import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from './support/host.mjs';
import { eventually, phoneOf, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');

const textIs = (text) => (body) => body.message?.conversation === text;

test('a text comes in as one messages.upsert of the documented shape', async () => {
  const sent = await peer.sock.sendMessage(jid, { text: 'oi' });
  const event = await host.event('messages.upsert', textIs('oi'));
  const { key, messageTimestamp, message, ...rest } = event.body;
  assert.equal(key.remoteJid, peer.jid);
  assert.equal(key.id, sent.key.id);
  assert.equal(key.fromMe, false);
  assert.ok(Math.abs(messageTimestamp - Date.now() / 1000) < 60);
  assert.deepEqual(rest, {
    pushName: 'ana', status: 'DELIVERY_ACK', contextInfo: null, messageType: 'conversation',
    instanceId: 'id-1', source: 'web',
  });
  assert.equal(message.extendedTextMessage, undefined);
  assert.equal(event.chat, peer.jid);
  assert.equal(event.occurredAtUs, messageTimestamp * 1_000_000);
  assert.equal(host.events('messages.upsert').length, 1);
});

test('the sender sees the receipt of a message that is in the log', async () => {
  const sent = await peer.sock.sendMessage(jid, { text: 'with receipt' });
  await host.event('messages.upsert', textIs('with receipt'));
  await host.until(() => host.store.keys('1', 'pending/').length === 0, 'the record to be gone');
  const unconfirmed = world.device(phoneOf(jid)).pending;
  await eventually(() => ![...unconfirmed.values()].some(({ attrs }) => attrs.id === sent.key.id), 'the receipt');
});

test('a text goes out with the given id and comes back as a message object', async () => {
  const messageId = newId();
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'olá' }, { messageId });
  assert.equal(answer.status, 0, answer.detail);
  const got = await peer.text('olá');
  assert.equal(got.key.id, messageId);
  const { messageTimestamp, message, ...rest } = answer.result;
  assert.equal(typeof messageTimestamp, 'number');
  assert.equal(message.conversation, 'olá');
  assert.deepEqual(rest, {
    key: { remoteJid: peer.jid, fromMe: true, id: messageId },
    pushName: 'Você', status: 'PENDING', contextInfo: null, messageType: 'conversation',
    instanceId: 'id-1', source: 'web',
  });
  const delivered = await host.event('messages.update', (b) => b.keyId === messageId && b.status === 'DELIVERY_ACK');
  assert.deepEqual(delivered.body, {
    keyId: messageId, remoteJid: peer.jid, fromMe: true, participant: null, status: 'DELIVERY_ACK',
    instanceId: 'id-1', messageId,
  });
  await peer.sock.readMessages([got.key]);
  await host.event('messages.update', (b) => b.keyId === messageId && b.status === 'READ');
});

test('a quoted message and its text travel in contextInfo', async () => {
  const first = await host.submit('1', 'message.sendText', { number: peer.jid, text: 'pode ser?' });
  const received = await peer.text('pode ser?');
  await peer.sock.sendMessage(jid, { text: 'sim' }, { quoted: received });
  const { body } = await host.event('messages.upsert', textIs('sim'));
  assert.equal(body.messageType, 'conversation');
  assert.equal(body.contextInfo.stanzaId, first.result.key.id);
  assert.equal(body.contextInfo.quotedMessage.conversation, 'pode ser?');

  const answer = await host.submit('1', 'message.sendText', { number: peer.jid, text: 'ótimo', quoted: { key: body.key } });
  assert.equal(answer.result.contextInfo.stanzaId, body.key.id);
});

test('what we sent is quoted by its id alone, also in a group, with its content and us as its author', async () => {
  const group = await peer.sock.groupCreate('Quotes', [jid]);
  const { result } = await host.submit('1', 'message.sendText', { number: group.id, text: 'who said it?' });
  const answer = await host.submit('1', 'message.sendText', { number: group.id, text: 'I did', quoted: { key: { id: result.key.id } } });
  assert.equal(answer.result.contextInfo.participant, jid);
  const { message } = await peer.text('I did');
  const { participant, quotedMessage } = message.extendedTextMessage.contextInfo;
  assert.equal(participant, jid);
  assert.equal(quotedMessage.extendedTextMessage.text, 'who said it?');
});

test('what came in of late is quoted by its id alone, with its content', async () => {
  const group = await peer.sock.groupCreate('Late', [jid]);
  for (const to of [jid, group.id]) {
    const { key } = await peer.sock.sendMessage(to, { text: `question in ${to}` });
    await host.event('messages.upsert', (b) => b.key.id === key.id);
    const number = to === jid ? peer.phone : to;
    await host.submit('1', 'message.sendText', { number, text: `answer in ${to}`, quoted: { key: { id: key.id } } });
    const { quotedMessage, stanzaId } = (await peer.text(`answer in ${to}`)).message.extendedTextMessage.contextInfo;
    assert.equal(stanzaId, key.id);
    assert.equal(quotedMessage.extendedTextMessage?.text ?? quotedMessage.conversation, `question in ${to}`);
  }
});

test('a quoted message may be given as an event has it, its bytes in either form', async () => {
  for (const jpegThumbnail of ['/9j/', { 0: 255, 1: 216, 2: 255 }]) {
    const quoted = { key: { id: newId(), fromMe: false }, message: { imageMessage: { caption: 'look', jpegThumbnail } } };
    const text = `seen ${typeof jpegThumbnail}`;
    assert.equal((await host.submit('1', 'message.sendText', { number: peer.phone, text, quoted })).status, 0);
    const { imageMessage } = (await peer.text(text)).message.extendedTextMessage.contextInfo.quotedMessage;
    assert.deepEqual([imageMessage.caption, [...imageMessage.jpegThumbnail]], ['look', [255, 216, 255]]);
  }
});

test('what a caller gives for a message and is none is refused in a sentence', async () => {
  const message = { imageMessage: 'a picture' }, key = { id: newId() };
  for (const [name, body] of [['forward', { key, message }], ['sendText', { text: 'x', quoted: { key, message } }]]) {
    const { status, detail } = await host.submit('1', `message.${name}`, { number: peer.phone, ...body });
    assert.deepEqual([status, detail], [-12, 'message: is not the content of a message as an event or an answer has it']);
  }
});

test('a number that is not on WhatsApp is refused with the object of the contract', async () => {
  const answer = await host.submit('1', 'message.sendText', { number: '19998887777', text: 'x' });
  assert.equal(answer.status, -12);
  assert.deepEqual(JSON.parse(answer.detail), { jid: '19998887777@s.whatsapp.net', exists: false, number: '19998887777' });
});

test('a message that the server refuses is a refusal, with its number', async () => {
  await world.admin('faults', { nack: 479 });
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'refused' });
  await world.admin('faults', { nack: 0 });
  assert.equal(answer.status, -12);
  assert.match(answer.detail, /479/);
});

test('a command that nobody knows is unsupported', async () => {
  assert.equal((await host.submit('1', 'coffee.make', {})).status, -3);
});

test('typing is shown for the time of delay, then the message comes', async () => {
  await peer.sock.presenceSubscribe(jid);
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'slowly', delay: 300 });
  assert.equal(answer.status, 0, answer.detail);
  await peer.wait('presence.update', (p) => Object.values(p.presences)[0].lastKnownPresence === 'composing');
  await peer.text('slowly');
});

test('a text that is cancelled while typing is shown never comes, nor one whose deadline passes before it is sent', async () => {
  const cancelled = host.submit('1', 'message.sendText', { number: peer.phone, text: 'cancelled', delay: 400 });
  host.send({ t: 'cancel', token: host.lastToken });
  assert.equal((await cancelled).status, -7);
  await world.admin('faults', { iq: { usync: 'silent' } });
  const late = await host.submit('1', 'message.sendText', { number: '15557778888', text: 'late' }, { withinMs: 200 });
  await world.admin('faults', { iq: {} });
  assert.deepEqual([late.status, late.detail], [-4, 'WhatsApp did not answer in time']);
  const next = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'after the cancelled one' });
  assert.equal(next.status, 0, next.detail);
  await peer.text('after the cancelled one');
  assert.equal(peer.events.some(({ data }) => /"cancelled"|"late"/.test(JSON.stringify(data))), false);
});

test('a text that is cancelled while typing is shown gives its turn to the next one at once', async () => {
  const mark = peer.mark();
  const cancelled = host.submit('1', 'message.sendText', { number: peer.phone, text: 'never', delay: 10_000 });
  const token = host.lastToken;
  const next = host.submit('1', 'message.sendText', { number: peer.phone, text: 'its turn' }, { withinMs: 5000 });
  await peer.wait('presence.update', (p) => Object.values(p.presences)[0].lastKnownPresence === 'composing', 5000, mark);
  host.send({ t: 'cancel', token });
  assert.equal((await cancelled).status, -7);
  assert.equal((await next).status, 0, (await next).detail);
  await peer.text('its turn');
});

test('a question that WhatsApp answers with an error is a refusal, with its number', async () => {
  await world.admin('faults', { iq: { usync: 429 } });
  const answer = await host.submit('1', 'message.sendText', { number: '15557779999', text: 'x' });
  await world.admin('faults', { iq: {} });
  assert.deepEqual([answer.status, answer.detail], [-12, 'WhatsApp refused with error 429']);
});

test('a reaction is a message, an edit messages.edited, a deletion messages.delete, none of them twice', async () => {
  const { key } = await peer.sock.sendMessage(jid, { text: 'to be changed' });
  await peer.sock.sendMessage(jid, { react: { text: '👍', key } });
  const reaction = await host.event('messages.upsert', (b) => b.messageType === 'reactionMessage');
  assert.equal(reaction.body.message.reactionMessage.text, '👍');
  assert.equal(reaction.body.message.reactionMessage.key.id, key.id);
  assert.equal(typeof reaction.body.message.reactionMessage.senderTimestampMs, 'number');

  await peer.sock.sendMessage(jid, { edit: key, text: 'changed' });
  const edited = await host.event('messages.edited', (b) => b.editedMessage);
  assert.equal(edited.body.key.id, key.id);
  assert.equal(edited.body.key.remoteJid, peer.jid);
  assert.match(JSON.stringify(edited.body.editedMessage), /"changed"/);

  await peer.sock.sendMessage(jid, { delete: key });
  const deleted = await host.event('messages.delete');
  assert.equal(deleted.body.id, key.id);
  assert.equal(deleted.body.fromMe, false);
  const upserts = host.events('messages.upsert').filter(({ body }) => /protocolMessage/.test(JSON.stringify(body)));
  assert.equal(upserts.length, 0);
});

test('what an own other device sends is an upsert from us', async () => {
  const phone = phoneOf(jid);
  await world.admin('phone/send', { phone, to: peer.jid, text: 'from my phone' });
  const { body, fromSelf } = await host.event('messages.upsert', textIs('from my phone'));
  assert.equal(body.key.fromMe, true);
  assert.equal(body.key.remoteJid, peer.jid);
  assert.equal(body.pushName, 'Você');
  assert.equal(fromSelf, true);
});

test('groups: created, written in, answered, their people named, their receipts told', async () => {
  const group = await peer.sock.groupCreate('Team', [jid]);
  const created = await host.event('groups.upsert', (list) => list.some(({ id }) => id === group.id));
  assert.equal(created.body.find(({ id }) => id === group.id).subject, 'Team');

  await peer.sock.sendMessage(group.id, { text: 'hello group' });
  const { body } = await host.event('messages.upsert', textIs('hello group'));
  assert.equal(body.key.remoteJid, group.id);
  assert.match(body.key.participant, /@lid$/);
  assert.equal(body.key.participantAlt, peer.jid);
  assert.equal(body.key.addressingMode, 'lid');
  assert.equal(body.message.senderKeyDistributionMessage, undefined);

  const answer = await host.submit('1', 'message.sendText', { number: group.id, text: 'hello all', mentioned: [peer.phone] });
  assert.equal(answer.status, 0, answer.detail);
  assert.deepEqual(answer.result.contextInfo.mentionedJid, [peer.jid]);
  await peer.text('hello all');
  await host.event('messages.update', (b) => b.keyId === answer.result.key.id && b.participant);

  const { id } = body.key;
  const quoting = await host.submit('1', 'message.sendText', { number: group.id, text: 'as you say', quoted: { key: { id } } });
  assert.deepEqual([quoting.result.contextInfo.stanzaId, quoting.result.contextInfo.participant], [id, body.key.participant]);

  const third = await world.peer('carla');
  await peer.sock.groupParticipantsUpdate(group.id, [third.jid], 'add');
  const added = await host.event('group-participants.update', (b) => b.action === 'add');
  assert.equal(added.body.id, group.id);
  assert.equal(added.body.participantsData[0].phoneNumber, third.jid);
  assert.deepEqual(added.body.participants, [added.body.participantsData[0].jid]);

  const unknown = await host.submit('1', 'message.sendText', { number: '120363099999999999@g.us', text: 'x' });
  assert.equal(unknown.status, -12);
  assert.match(unknown.detail, /group was not found/);
});

test('the bytes of a document are base64, its length is low and high', async () => {
  await peer.sock.sendMessage(jid, { document: Buffer.alloc(5000, 'x'), mimetype: 'text/plain', fileName: 'x.txt', caption: 'the file' });
  const { body } = await host.event('messages.upsert', (b) => b.messageType === 'documentMessage');
  const { documentMessage } = body.message;
  assert.equal(documentMessage.caption, 'the file');
  assert.equal(Buffer.from(documentMessage.mediaKey, 'base64').length, 32);
  assert.deepEqual(documentMessage.fileLength, { low: 5000, high: 0, unsigned: true });
});

test('presence of the account needs no name, that of a chat needs a chat, none at all is not an error', async () => {
  for (const body of [{ presence: 'available' }, { presence: 'composing', chat: peer.phone }, { presence: 'paused' }, { presence: 'unavailable' }]) {
    const answer = await host.submit('1', 'presence.set', body);
    assert.deepEqual([answer.status, answer.result], [0, { presence: body.presence }]);
  }
  assert.equal((await host.submit('1', 'presence.set', { presence: 'dancing' })).status, -12);
});

test('a presence of somebody else is an event that is not kept', async () => {
  await peer.sock.sendPresenceUpdate('composing', jid);
  const { body, durable } = await host.event('presence.update');
  assert.equal(durable, false);
  assert.equal(body.id, peer.jid);
  assert.equal(Object.values(body.presences)[0].lastKnownPresence, 'composing');
});

test('a corrupted message is asked for again and comes once', async () => {
  await world.admin('faults', { corrupt: 1 });
  await peer.sock.sendMessage(jid, { text: 'needs a retry' });
  await host.event('messages.upsert', textIs('needs a retry'));
  assert.ok(world.sim.counters.get('receipt retry') >= 1);
  assert.equal(host.events('messages.upsert').filter(({ body }) => textIs('needs a retry')(body)).length, 1);
});

test("a peer's device that cannot decrypt our message gets it again from the store", async () => {
  await world.admin('faults', { corrupt: 2 }); // the copies for the peer's phone and its companion
  const answer = await host.submit('1', 'message.sendText', { number: peer.phone, text: 'again please' });
  assert.equal(answer.status, 0, answer.detail);
  assert.ok(host.store.get('1', `sent/${answer.result.key.id}`));
  await peer.text('again please');
});

test('nothing happened that a correct client never does', () => {
  const real = world.sim.violations.filter((text) => !/phone .*Bad MAC|phone .*decrypt/i.test(text));
  assert.deepEqual(real, []);
  assert.equal(host.exit, null);
});
