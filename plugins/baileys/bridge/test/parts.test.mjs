// The small pure parts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../src/silence.mjs';
import { proto } from 'baileys/WAProto/index.js';
import { Backoff } from '../src/backoff.mjs';
import { classify } from '../src/disconnect.mjs';
import { draft } from '../src/draft.mjs';
import { inbound } from '../src/inbound.mjs';
import { candidates, createJid } from '../src/jids.mjs';
import { messageData } from '../src/message_data.mjs';
import { keyOf } from '../src/key_codec.mjs';
import { continueAfter, decodePending, encodePending, encodeStub, newPendingKey } from '../src/pending.mjs';
import { receiptDrafts } from '../src/receipts.mjs';
import { TtlCache } from '../src/ttl_cache.mjs';

const boom = (statusCode, message = '') => Object.assign(new Error(message), { output: { statusCode } });

test('numbers become addresses by the rules of the contract', () => {
  const cases = {
    '15551234567': '15551234567@s.whatsapp.net',
    '+1 (555) 123-4567': '15551234567@s.whatsapp.net',
    '15551234567:12@s.whatsapp.net': '15551234567@s.whatsapp.net',
    '15551234567@s.whatsapp.net': '15551234567@s.whatsapp.net',
    '90001112223334@lid': '90001112223334@lid',
    'status@broadcast': 'status@broadcast',
    '120363012345678901@g.us': '120363012345678901@g.us',
    '120363012345678901': '120363012345678901@g.us',
    '5511999999999-1500000000': '5511999999999-1500000000@g.us',
    '5215512345678': '525512345678@s.whatsapp.net', // Mexico
    '5491123456789': '541123456789@s.whatsapp.net', // Argentina
    '5511987654321': '5511987654321@s.whatsapp.net', // first areas keep the nine
    '5531987654321': '553187654321@s.whatsapp.net',
    '5531967654321': '5531967654321@s.whatsapp.net', // below 7: keeps it
  };
  for (const [given, expected] of Object.entries(cases)) assert.equal(createJid(given), expected, given);
});

test('a Brazilian number is looked up with and without the nine, any other as it is', () => {
  assert.deepEqual(candidates('553187654321@s.whatsapp.net'), ['553187654321@s.whatsapp.net', '5531987654321@s.whatsapp.net']);
  assert.deepEqual(candidates('5511987654321@s.whatsapp.net'), ['5511987654321@s.whatsapp.net', '551187654321@s.whatsapp.net']);
  assert.deepEqual(candidates('15551234567@s.whatsapp.net'), ['15551234567@s.whatsapp.net']);
});

test('waits double up to their limit, spread over the upper half, and start anew', () => {
  const low = new Backoff({ firstMs: 100, mostMs: 1000, random: () => 0 });
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => low.nextMs()), [50, 100, 200, 400, 500, 500]);
  const high = new Backoff({ firstMs: 100, mostMs: 1000, random: () => 0.999 });
  assert.equal(high.nextMs(), 100);
  for (let n = 0; n < 2000; ++n) high.nextMs();
  assert.equal(high.nextMs(), 1000);
  high.reset();
  assert.equal(high.nextMs(), 100);
});

test('why a socket ended is told apart', () => {
  assert.equal(classify(boom(401)).kind, 'loggedOut');
  assert.equal(classify(boom(401), { refusedStatus: 401 }).kind, 'retry'); // a proxy's answer is no logout
  assert.equal(classify(boom(515)).kind, 'restart');
  assert.equal(classify(Object.assign(boom(undefined), { areCodesSpent: true })).kind, 'qrEnded');
  assert.equal(classify(boom(408)).kind, 'retry');
  assert.equal(classify(undefined).kind, 'retry');
  for (const code of [402, 403, 405, 406, 411, 440]) assert.equal(classify(boom(code)).kind, 'final', String(code));
  for (const code of [400, 428, 500, 503]) assert.equal(classify(boom(code)).kind, 'retry', String(code));
});

test('a cache forgets in time and keeps no more than it may', () => {
  let now = 0;
  const cache = new TtlCache({ ttlMs: 10, most: 2, now: () => now });
  cache.mset([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]);
  cache.set('c', 3);
  assert.deepEqual(cache.mget(['a', 'b', 'c']), { b: 2, c: 3 });
  now = 10;
  assert.equal(cache.get('b'), undefined);
});

const me = { id: '15550000001:3@s.whatsapp.net', lid: '90000000000001:3@lid' };
const stanza = (attrs = {}) => ({
  tag: 'message',
  attrs: { id: '3EB0123456789012345678', from: '15550000002:1@s.whatsapp.net', type: 'text', t: '1735808400', notify: 'Ana', ...attrs },
  content: [{ tag: 'enc', attrs: { v: '2', type: 'msg' }, content: Buffer.from('cipher') }],
});
const padded = (message) => Buffer.concat([Buffer.from(proto.Message.encode(proto.Message.fromObject(message)).finish()), Buffer.from([1])]);
const about = { instanceId: 'i-1' };
const drafts = (message, attrs, more = about) => inbound({ stanza: stanza(attrs), plaintext: padded(message), me }, more).drafts;
const bodyOf = ({ body }) => JSON.parse(body.toString());

test('a record gives the same event as the living message', async () => {
  const received = { stanza: stanza({ sender_lid: '90000000000002@lid' }), plaintext: padded({ extendedTextMessage: { text: 'oi' } }), me, digest: 'd' };
  const record = await decodePending(encodePending(received));
  assert.equal(record.digest, 'd');
  assert.equal(JSON.stringify(record.stanza).includes(Buffer.from('cipher').toJSON().data.join()), false);
  const [{ instead: _, ...living }] = inbound(received, about).drafts;
  const [{ instead: __, ...recovered }] = inbound(record, about).drafts;
  assert.deepEqual(recovered, living);
  assert.equal(bodyOf(living).message.conversation, 'oi');
  assert.equal(bodyOf(living).key.remoteJidAlt, '90000000000002@lid');
});

test('records sort in the order of their arrival, also after a clock that went back', () => {
  const far = `pending/${'9'.repeat(3)}${'0'.repeat(14)}`.slice(0, 25);
  continueAfter(far);
  const keys = [far, newPendingKey(), newPendingKey()];
  assert.deepEqual([...keys].sort(), keys);
});

test('what is no message for people gives no event', () => {
  const { Type } = proto.Message.ProtocolMessage;
  assert.deepEqual(drafts({ senderKeyDistributionMessage: { groupId: 'g', axolotlSenderKeyDistributionMessage: Buffer.from('k') } }), []);
  assert.deepEqual(drafts({ protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: { keys: [] } } }), []);
  assert.deepEqual(drafts({ protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION } }), []);
  assert.deepEqual(drafts({ pollUpdateMessage: { pollCreationMessageKey: { id: 'P' }, vote: {} } }), []);
  assert.deepEqual(drafts({}), []);
  const broadcast = { from: 'status@broadcast', participant: '15550000002@s.whatsapp.net' };
  assert.deepEqual(drafts({ conversation: 'story' }, broadcast), []);
  assert.deepEqual(drafts({ conversation: 'channel' }, { from: '123@newsletter' }), []);
  assert.deepEqual(inbound({ stanza: { tag: 'message', attrs: {} }, plaintext: padded({ conversation: 'x' }), me }, about).drafts, []);
});

test('a deletion is an edited and a delete event, with different dedupe keys from the message', () => {
  const [edited, deleted] = drafts({ protocolMessage: { type: 0, key: { id: 'OLD', fromMe: true, remoteJid: 'whatever' } } });
  assert.equal(edited.type, 'messages.edited');
  assert.equal(bodyOf(edited).type, 0);
  assert.equal(deleted.type, 'messages.delete');
  assert.equal(bodyOf(deleted).id, 'OLD');
  assert.equal(bodyOf(deleted).remoteJid, '15550000002@s.whatsapp.net');
  const [upsert] = drafts({ conversation: 'x' });
  assert.equal(new Set([edited, deleted, upsert].map(({ dedupe }) => dedupe)).size, 3);
});

test('content is normalised: texts, captions of documents, disappearing messages, quoted ones', () => {
  const data = (message) => messageData({ key: { remoteJid: 'a@s.whatsapp.net', id: '1' }, message: proto.Message.fromObject(message), messageTimestamp: 5 }, { instanceId: 'i' });
  const document = data({ documentWithCaptionMessage: { message: { documentMessage: { caption: 'c' } } } });
  assert.deepEqual([document.messageType, document.message.documentMessage.caption], ['documentMessage', 'c']);
  assert.equal(data({ ephemeralMessage: { message: { conversation: 'gone soon' } } }).message.conversation, 'gone soon');
  const answer = data({ extendedTextMessage: { text: 'yes', contextInfo: { stanzaId: 'S', quotedMessage: { extendedTextMessage: { text: 'no?' } } } } });
  assert.deepEqual(answer.contextInfo, { stanzaId: 'S', quotedMessage: { conversation: 'no?' } });
  assert.deepEqual(answer.message, { conversation: 'yes' });
  assert.equal(data({ imageMessage: { mimetype: 'image/jpeg' } }).contextInfo, null);
  assert.equal(data({}).messageType, 'unknown');
});

test('receipts name the chat that was written to, several messages at once, and our own devices', () => {
  const known = { instanceId: 'i', me, chatOf: (id) => (id === 'A' ? '15550000002@s.whatsapp.net' : undefined) };
  const receipt = (attrs, content) => receiptDrafts({ attrs: { t: '10', ...attrs }, content }, known).map(bodyOf);
  const list = [{ tag: 'list', attrs: {}, content: [{ tag: 'item', attrs: { id: 'B' } }] }];
  const read = receipt({ id: 'A', from: '90000000000002:1@lid', type: 'read' }, list);
  assert.deepEqual(read.map((r) => [r.keyId, r.remoteJid, r.status, r.fromMe]), [
    ['A', '15550000002@s.whatsapp.net', 'READ', true], ['B', '90000000000002@lid', 'READ', true]]);
  const own = receipt({ id: 'C', from: me.id, recipient: '15550000002@s.whatsapp.net', type: 'read' });
  assert.deepEqual([own[0].remoteJid, own[0].fromMe], ['15550000002@s.whatsapp.net', false]);
  assert.deepEqual(receipt({ id: 'D', from: '1@g.us' }), []);
  assert.equal(receipt({ id: 'D', from: '1@g.us', participant: '15550000002:1@s.whatsapp.net' })[0].participant, '15550000002@s.whatsapp.net');
  assert.deepEqual(receipt({ id: 'E', from: '15550000002@s.whatsapp.net', type: 'retry' }), []);
  assert.deepEqual(receipt({ id: 'E', from: 'status@broadcast', participant: '15550000002@s.whatsapp.net' }), []);
});

test("names that a stranger chose do not break the daemon's limits, and stay different", () => {
  const named = (end) => draft('x', {}, { chat: 'é'.repeat(400) + end, dedupe: 'd'.repeat(600) + end, occurredAtUs: NaN });
  const { chat, dedupe, occurredAtUs } = named('1');
  assert.ok(Buffer.byteLength(chat) <= 256 && Buffer.byteLength(dedupe) <= 512);
  assert.ok(Number.isSafeInteger(occurredAtUs));
  assert.notEqual(named('2').chat, chat);
  assert.notEqual(named('2').dedupe, dedupe);
});

test('half of a surrogate pair, which no parser of JSON takes, is written as a character', () => {
  assert.deepEqual(JSON.parse(draft('x', { text: 'a\ud83d', like: '\\ud83d' }).body), { text: 'a\uFFFD', like: '\\ud83d' });
});

test('what cannot be read is a stub with the key of the message, but not if a better ciphertext follows', () => {
  const garbage = { stanza: stanza(), plaintext: Buffer.from('garbage'), me };
  const [made, ...others] = inbound(garbage, about).drafts;
  assert.deepEqual(others, []);
  assert.equal(made.dedupe, drafts({ conversation: 'x' })[0].dedupe);
  const { key, pushName, messageTimestamp, message, messageType, quarantine } = bodyOf(made);
  assert.deepEqual([key.id, pushName, messageTimestamp], [stanza().attrs.id, 'Ana', 1735808400]);
  assert.deepEqual([message, messageType, quarantine.reason, quarantine.bytes], [{}, 'quarantined', 'unreadable', 7]);
  assert.deepEqual(inbound({ ...garbage, more: true }, about), { drafts: [], message: undefined, author: stanza().attrs.from, broken: true });
  assert.deepEqual(inbound({ ...garbage, stanza: stanza({ from: 'status@broadcast', participant: me.id }) }, about).drafts, []);
});

test('a content that only our own code fails at is told, too: a reaction to nothing', () => {
  const [made] = drafts({ reactionMessage: { text: 'x' } });
  assert.equal(bodyOf(made).quarantine.reason, 'unreadable');
});

test('a draft that the log refuses has a next form, down to a stub of the same type and dedupe key', () => {
  const image = { imageMessage: { jpegThumbnail: Buffer.from([200, 1]) } };
  const [first] = drafts(image, {}, { ...about, bytes: 'object' });
  assert.deepEqual(bodyOf(first).message.imageMessage.jpegThumbnail, { 0: 200, 1: 1 });
  const second = first.instead();
  assert.equal(bodyOf(second).message.imageMessage.jpegThumbnail, 'yAE=');
  const third = second.instead();
  assert.equal(bodyOf(third).quarantine.reason, 'refused');
  assert.equal(third.instead, undefined);
  assert.deepEqual([third.type, third.dedupe, third.chat], [first.type, first.dedupe, first.chat]);
  for (const made of drafts({ protocolMessage: { type: 0, key: { id: 'OLD' } } })) {
    const { type, dedupe, body } = made.instead();
    assert.deepEqual([type, dedupe], [made.type, made.dedupe]);
    assert.equal(JSON.parse(body).quarantine.reason, 'refused');
  }
});

test('bytes are base64; by index only where that is asked for and fits', () => {
  const image = { imageMessage: { jpegThumbnail: Buffer.alloc(1_300_000, 200) } };
  const [made] = drafts(image, {}, { ...about, bytes: 'object' });
  assert.equal(typeof bodyOf(made).message.imageMessage.jpegThumbnail, 'string');
  assert.ok(drafts(image)[0].body.length < 1_750_000);
});

test('the record of a message that was refused still says whose it is', async () => {
  const received = { stanza: stanza(), plaintext: padded({ conversation: 'x' }), me, digest: 'd' };
  const [made] = inbound(await decodePending(encodeStub(received)), about).drafts;
  assert.equal(made.dedupe, inbound(received, about).drafts[0].dedupe);
  assert.deepEqual([bodyOf(made).quarantine.reason, bodyOf(made).quarantine.bytes], ['refused', received.plaintext.length]);
});

test('keys go by names that the host takes, and never two by the same', () => {
  assert.equal(keyOf('session', '1.2'), 'key/session/1.2');
  const odd = ['g'.repeat(600), 'g'.repeat(601), 'a\0b', '\ud83d', '\ud83e', '~x'];
  const names = odd.map((id) => keyOf('sender-key', id));
  assert.equal(new Set(names).size, odd.length);
  for (const name of names) assert.match(name, /^key\/sender-key\/~[\w-]{43}$/);
});
