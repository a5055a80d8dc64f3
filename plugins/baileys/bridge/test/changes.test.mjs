// What is done to messages that exist: edited, deleted, pinned, starred, forwarded, voted in; and to a chat.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decryptPollVote } from 'baileys/lib/Utils/process-message.js';
import { sha256 } from 'baileys/lib/Utils/crypto.js';
import { encryptedVote } from '../src/poll_vote.mjs';
import { newId } from './support/host.mjs';
import { phoneOf, swallow, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');

/** Submits, and resolves with the result of what has to go well. */
async function done(name, body, options) {
  const { status, detail, result } = await host.submit('1', name, body, options);
  assert.equal(status, 0, detail);
  return result;
}
async function refused(name, body, why) {
  const { status, detail } = await host.submit('1', name, body);
  assert.equal(status, -12, detail);
  assert.match(detail, why);
}
const text = (words, number = peer.phone) => done('message.sendText', { number, text: words });
/** The event of what the peer sends with `content`. */
async function received(content, to = jid) {
  const { key } = await peer.sock.sendMessage(to, content);
  return (await host.event('messages.upsert', (b) => b.key.id === key.id)).body;
}
/** A message of ours as the peer has it. */
const atPeer = (id) => peer.wait('messages.upsert', ({ messages }) => messages.find(({ key }) => key.id === id));
/** What the peer was told of a message of ours. */
const updateAtPeer = (id, wanted) => peer.wait('messages.update', (list) => list.find(({ key, update }) => key.id === id && wanted(update)));

/** The peer makes us an administrator of its group. */
async function promoted(group) {
  await peer.sock.groupParticipantsUpdate(group, [jid], 'promote');
  await host.event('group-participants.update', (b) => b.id === group && b.action === 'promote');
}

test('an edit changes the text at the peer, and is an id of its own', async () => {
  const { key } = await text('helo');
  await peer.text('helo');
  const messageId = newId();
  const result = await done('chat.updateMessage', { number: peer.phone, text: 'hello', key }, { messageId });
  assert.deepEqual([result.key.id, result.messageType, result.message.protocolMessage.key.id], [messageId, 'protocolMessage', key.id]);
  const { update } = await updateAtPeer(key.id, (u) => u.message?.editedMessage);
  assert.equal(update.message.editedMessage.message.extendedTextMessage.text, 'hello');
});

test('what is not ours, or in another chat, is not edited', async () => {
  const { key } = await received({ text: 'mine' });
  await refused('chat.updateMessage', { number: peer.phone, text: 'yours', key }, /of our own/);
  const other = await world.peer('bob');
  await refused('chat.updateMessage', { number: other.phone, text: 'x', key: { ...key, fromMe: true } }, /RemoteJid does not match/);
});

test('a message of ours is deleted for everyone, and told with what is known of it', async () => {
  const { key } = await text('not meant');
  await peer.text('not meant');
  const result = await done('chat.deleteMessageForEveryone', key, { messageId: '' });
  assert.equal(result.message.protocolMessage.key.id, key.id);
  assert.notEqual(result.key.id, key.id);
  await updateAtPeer(key.id, (u) => u.message === null);
  const { body } = await host.event('messages.delete', (b) => b.id === key.id);
  const { message, ...rest } = body;
  assert.equal(message.conversation, 'not meant');
  assert.deepEqual(rest, {
    id: key.id, instanceId: 'id-1', key, messageType: 'conversation', status: 'DELETED', source: 'web', messageTimestamp: null,
    pushName: 'Você', participant: null,
  });
});

test('the event of a deletion is in the log before the command is completed', async () => {
  const { key } = await text('gone soon');
  host.faults.failPublishes = 2;
  await done('chat.deleteMessageForEveryone', key);
  assert.ok(host.events('messages.delete').some(({ body }) => body.id === key.id));
});

test('in a group an administrator deletes what others wrote; in a chat nobody does', async () => {
  const mine = await received({ text: 'stays' });
  await refused('chat.deleteMessageForEveryone', mine.key, /administrator/);
  const group = await peer.sock.groupCreate('Deletions', [jid]);
  const { key } = await received({ text: 'spam' }, group.id);
  await refused('chat.deleteMessageForEveryone', key, /administrator/);
  await promoted(group.id);
  await done('chat.deleteMessageForEveryone', { ...key, participant: undefined });
  await updateAtPeer(key.id, (u) => u.message === null);
  await host.event('messages.delete', (b) => b.id === key.id && b.participant === key.participant);
});

test('a message is pinned for a time, and taken down', async () => {
  const { key } = await received({ text: 'important' });
  for (const [pin, type, seconds] of [[true, 1, 86400], [false, 2, 0]]) {
    const result = await done('message.pin', { key, pin, duration: 86400 });
    const { message } = await atPeer(result.key.id);
    assert.deepEqual([message.pinInChatMessage.type, message.pinInChatMessage.key.id], [type, key.id]);
    assert.equal(message.messageContextInfo.messageAddOnDurationInSecs ?? 0, seconds);
  }
});

test('a star is shared with the other devices of the account, also that of a group message with its author', async () => {
  const mine = await world.peer('mine', phoneOf(jid));
  const group = await peer.sock.groupCreate('Stars', [jid]);
  for (const { key } of [await received({ text: 'bright' }), await received({ text: 'brighter' }, group.id)]) {
    for (const star of [true, false]) {
      const mark = mine.mark();
      assert.deepEqual(await done('message.star', { key, star }), { starred: star });
      await mine.wait('messages.update', (list) => list.some((one) => one.key.id === key.id && one.update.starred === star), 10_000, mark);
    }
  }
  const { mutationMap } = await world.sim.phone(world.sim.account(phoneOf(jid))).replay('regular_low');
  const authors = Object.values(mutationMap).filter(({ index }) => index[0] === 'star').map(({ index }) => index[4]);
  assert.equal(authors.filter((author) => author.endsWith('@lid')).length, 1, authors.join());
});

test('what was sent from here is forwarded by its id alone, what came in with its content', async () => {
  const own = await done('message.sendLocation', { number: peer.phone, latitude: 1, longitude: 2 });
  const again = await done('message.forward', { number: peer.phone, key: { id: own.key.id } });
  assert.equal((await atPeer(again.key.id)).message.locationMessage.degreesLatitude, 1);
  assert.equal(again.contextInfo?.isForwarded, undefined);
  const { key, message } = await received({ poll: { name: 'Where?', values: ['here', 'there'], selectableCount: 1 } });
  const other = await done('message.forward', { number: peer.phone, key, message });
  const { pollCreationMessageV3, messageContextInfo } = (await atPeer(other.key.id)).message;
  assert.deepEqual([pollCreationMessageV3.name, pollCreationMessageV3.contextInfo.isForwarded], ['Where?', true]);
  assert.notEqual(Buffer.from(messageContextInfo.messageSecret).toString('base64'), message.messageContextInfo.messageSecret);
  const late = await done('message.forward', { number: peer.phone, key });
  assert.equal((await atPeer(late.key.id)).message.pollCreationMessageV3.contextInfo.isForwarded, true);
  await refused('message.forward', { number: peer.phone, key: { id: newId() } }, /not known here/);
  await refused('message.forward', { number: peer.phone, key: { id: newId() }, message: {} }, /no content/);
});

/** What a vote of ours in `poll` is for, read as its creator reads it. */
async function voteOf(id, poll, creator, voter) {
  const { message } = await atPeer(id);
  const { vote, pollCreationMessageKey } = message.pollUpdateMessage;
  assert.equal(pollCreationMessageKey.id, poll.key.id);
  const known = { pollCreatorJid: creator, pollMsgId: poll.key.id, pollEncKey: Buffer.from(poll.message.messageContextInfo.messageSecret, 'base64'), voterJid: voter };
  return decryptPollVote(vote, known).selectedOptions.map((option) => Buffer.from(option).toString('hex'));
}
const hashed = (name) => sha256(Buffer.from(name)).toString('hex');

test('a vote in a poll of others and of our own can be read by who knows the poll', async () => {
  const theirs = await received({ poll: { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 } });
  const vote = await done('message.votePoll', { key: theirs.key, message: theirs.message, options: ['tomorrow'] });
  assert.deepEqual(await voteOf(vote.key.id, theirs, peer.jid, jid), [hashed('tomorrow')]);
  const back = await done('message.votePoll', { key: theirs.key, options: [] }); // it came in of late
  assert.deepEqual(await voteOf(back.key.id, theirs, peer.jid, jid), []);
  const ours = await done('message.sendPoll', { number: peer.phone, name: 'Which?', values: ['a', 'b', 'c'], selectableCount: 0 });
  const own = await done('message.votePoll', { key: ours.key, options: ['a', 'c'] });
  assert.deepEqual(await voteOf(own.key.id, ours, jid, jid), [hashed('a'), hashed('c')]);
});

test('in a group a vote is under the addresses that the group uses', async () => {
  const group = await peer.sock.groupCreate('Votes', [jid]);
  const poll = await received({ poll: { name: 'Who?', values: ['we', 'they'], selectableCount: 1 } }, group.id);
  const vote = await done('message.votePoll', { key: poll.key, message: poll.message, options: ['we'] });
  const lid = world.sim.account(phoneOf(jid)).jid(true);
  assert.deepEqual(await voteOf(vote.key.id, poll, poll.key.participant, lid), [hashed('we')]);
  const ours = await done('message.sendPoll', { number: group.id, name: 'What?', values: ['this', 'that'], selectableCount: 1 });
  const own = await done('message.votePoll', { key: ours.key, options: ['that'] });
  assert.deepEqual(await voteOf(own.key.id, ours, lid, lid), [hashed('that')]);
});

test('what others vote in a poll of ours is told, option by option, and so is what they change', async () => {
  const group = await peer.sock.groupCreate('Our poll', [jid]);
  for (const number of [peer.phone, group.id]) {
    const { key } = await done('message.sendPoll', { number, name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 });
    const { message } = await atPeer(key.id);
    const lid = number === group.id;
    const creator = lid ? world.sim.account(phoneOf(jid)).jid(true) : jid;
    const voter = lid ? world.sim.account(peer.phone).jid(true) : peer.jid;
    for (const [options, voters] of [[['tomorrow'], [[], [peer.jid]]], [['today'], [[peer.jid], []]], [[], [[], []]]]) {
      const { length } = host.events('messages.update');
      const vote = encryptedVote(options, { pollId: key.id, secret: message.messageContextInfo.messageSecret, creator, voter });
      const pollCreationMessageKey = { remoteJid: lid ? group.id : jid, fromMe: false, id: key.id, ...(lid ? { participant: creator } : {}) };
      const to = lid ? group.id : jid;
      await peer.sock.relayMessage(to, { pollUpdateMessage: { pollCreationMessageKey, vote, senderTimestampMs: Date.now() } }, { messageId: newId() });
      const told = await host.until(() => host.events('messages.update').slice(length).find(({ body }) => body.pollUpdates), 'the vote');
      assert.deepEqual(told.body, {
        keyId: key.id, remoteJid: lid ? group.id : peer.jid, fromMe: true, instanceId: 'id-1', messageId: key.id,
        pollUpdates: [{ name: 'today', voters: voters[0] }, { name: 'tomorrow', voters: voters[1] }],
      });
    }
  }
});

test('a vote for what a poll has not, for too much, or in a poll that is not known, is refused', async () => {
  const { key, message } = await received({ poll: { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 } });
  await refused('message.votePoll', { key, message, options: ['never'] }, /has no "never", only "today", "tomorrow"/);
  await refused('message.votePoll', { key, message, options: ['today', 'tomorrow'] }, /allows 1/);
  await refused('message.votePoll', { key: { ...key, id: newId() }, options: ['today'] }, /not known here/);
  await refused('message.votePoll', { key, message: { ...message, messageContextInfo: {} }, options: ['today'] }, /messageSecret: is missing/);
});

test('an event arrives with its time and place', async () => {
  const location = { name: 'Loja', address: 'Rua A, 1', latitude: -23.5, longitude: -46.5 };
  const body = { number: peer.phone, name: 'Opening', description: 'with cake', startTime: 1_798_761_600, endTime: 1_798_768_800, extraGuestsAllowed: true, location };
  const result = await done('message.sendEvent', body);
  assert.equal(result.messageType, 'eventMessage');
  const { message } = await atPeer(result.key.id);
  const { name, description, startTime, endTime, extraGuestsAllowed } = message.eventMessage;
  assert.deepEqual([name, description, Number(startTime), Number(endTime), extraGuestsAllowed], ['Opening', 'with cake', 1_798_761_600, 1_798_768_800, true]);
  assert.equal(message.eventMessage.location.name, 'Loja');
  assert.equal(message.messageContextInfo.messageSecret.length, 32);
  await refused('message.sendEvent', { ...body, endTime: 1 }, /before startTime/);
});

test('messages of a chat and of a group disappear after a time', async () => {
  assert.deepEqual(await done('chat.setDisappearing', { number: peer.phone, expiration: 86400 }), { chat: peer.jid, expiration: 86400 });
  await peer.wait('chats.update', (chats) => chats.some((chat) => chat.ephemeralExpiration === 86400));
  const group = await peer.sock.groupCreate('Disappearing', [jid]);
  await promoted(group.id);
  await done('chat.setDisappearing', { number: group.id, expiration: 604800 });
  await host.event('chats.update', (b) => b.some(({ remoteJid }) => remoteJid === group.id));
  for (const [name, body] of [['message.sendText', { text: 'for a week' }], ['message.sendPoll', { name: 'x', values: ['a', 'b'], selectableCount: 1 }]]) {
    const { contextInfo } = await done(name, { number: group.id, ...body });
    assert.equal(contextInfo.expiration, 604800, name);
  }
});

test('an edit that is lost with the link is sent again, under the same id', async () => {
  const { key } = await text('to be changed');
  const lost = swallow(world.sim.router, 'onMessage');
  const messageId = newId();
  const answer = done('chat.updateMessage', { number: peer.phone, text: 'changed', key }, { messageId });
  await lost;
  await world.admin('drop', { jid: `${phoneOf(jid)}:1@s.whatsapp.net` });
  assert.equal((await answer).key.id, messageId);
  await updateAtPeer(key.id, (u) => u.message?.editedMessage);
});

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(world.sim.violations, []);
  assert.deepEqual(host.refusals, []);
});
