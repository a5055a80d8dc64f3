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
import { continueAfter, decodePending, encodePending, newPendingKey } from '../src/pending.mjs';
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
  assert.equal(classify(boom(408, 'QR refs attempts ended')).kind, 'qrEnded');
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
const drafts = (message, attrs) => inbound({ stanza: stanza(attrs), plaintext: padded(message), me }, 'i-1').drafts;
const bodyOf = ({ body }) => JSON.parse(body.toString());

test('a record gives the same event as the living message', async () => {
  const received = { stanza: stanza({ sender_lid: '90000000000002@lid' }), plaintext: padded({ extendedTextMessage: { text: 'oi' } }), me, digest: 'd' };
  const record = await decodePending(encodePending(received));
  assert.equal(record.digest, 'd');
  assert.equal(JSON.stringify(record.stanza).includes(Buffer.from('cipher').toJSON().data.join()), false);
  const [living] = inbound(received, 'i-1').drafts;
  const [recovered] = inbound(record, 'i-1').drafts;
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
  assert.deepEqual(drafts({ pollUpdateMessage: { vote: {} } }), []);
  assert.deepEqual(drafts({}), []);
  const broadcast = { from: 'status@broadcast', participant: '15550000002@s.whatsapp.net' };
  assert.deepEqual(drafts({ conversation: 'story' }, broadcast), []);
  assert.deepEqual(drafts({ conversation: 'channel' }, { from: '123@newsletter' }), []);
  assert.deepEqual(inbound({ stanza: stanza(), plaintext: Buffer.from('garbage'), me }, 'i').drafts, []);
  assert.deepEqual(inbound({ stanza: { tag: 'message', attrs: {} }, plaintext: padded({ conversation: 'x' }), me }, 'i').drafts, []);
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

test("names that a stranger chose do not break the daemon's limits", () => {
  const { chat, dedupe, occurredAtUs } = draft('x', {}, { chat: 'é'.repeat(400), dedupe: 'd'.repeat(600), occurredAtUs: NaN });
  assert.ok(Buffer.byteLength(chat) <= 512 && Buffer.byteLength(dedupe) <= 512);
  assert.ok(Number.isSafeInteger(occurredAtUs));
});
