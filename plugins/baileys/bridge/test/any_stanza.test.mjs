// Nothing that WhatsApp hands over, whatever it holds and however large it is, stops what comes behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../../tests/e2e/lib/random.mjs';
import { Hostile } from './support/hostile.mjs';
import { eventually, phoneOf, World } from './support/world.mjs';

const ROUNDS = Number(process.env.COLIBRI_STANZA_ROUNDS ?? 30);
const SEED = Number(process.env.COLIBRI_SEED ?? 9);

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const random = new Random(SEED);
const hostile = await Hostile.create(world, jid, random);
const textIs = (text) => (body) => body.message?.conversation === text;

let markers = 0;

/** A numbered message behind what was sent: it comes, over the same link, and what was sent is confirmed. */
async function assertGoesOn(what, { id } = {}) {
  const marker = `marker ${++markers}`;
  await hostile.say(marker);
  await host.event('messages.upsert', textIs(marker), 60_000).catch((error) => {
    throw new Error(`behind ${what}: ${error.message}`);
  });
  assert.equal(host.exit, null, `the bridge ended at ${what}`);
  const ended = host.states.find(({ state }) => state === 'closed');
  assert.equal(ended, undefined, `the link was cut at ${what}: ${ended?.detail}`);
  const { pending } = world.device(phoneOf(jid));
  const isThere = () => [...pending.entries()].some(([key, { attrs }]) => key.startsWith('message:') && attrs.id === id);
  if (id) await eventually(() => !isThere(), `WhatsApp to be told that ${what} came`);
}

const eventOf = (id) => host.store.log.find(({ body }) => body.key?.id === id);

test('a text of a million characters comes whole', async () => {
  const text = 'x'.repeat(1_048_576);
  const sent = await hostile.message({ conversation: text });
  await assertGoesOn('a text of 1,048,576 characters', sent);
  assert.equal(eventOf(sent.id).body.message.conversation, text);
});

test('fifty thousand mentions come whole', async () => {
  const mentionedJid = Array.from({ length: 50_000 }, (_, n) => `155500${String(n).padStart(5, '0')}@s.whatsapp.net`);
  const sent = await hostile.message({ extendedTextMessage: { text: 'all of you', contextInfo: { mentionedJid } } });
  await assertGoesOn('50,000 mentions', sent);
  assert.equal(eventOf(sent.id).body.contextInfo.mentionedJid.length, 50_000);
});

test('the largest message that WhatsApp can send is said to have come', async () => {
  const sent = await hostile.message({ conversation: 'x'.repeat(16 * 1024 * 1024 - 2048) });
  await assertGoesOn('a text of almost 16 MiB', sent);
  const { quarantine, key, messageType } = eventOf(sent.id).body;
  assert.deepEqual([key.id, messageType, quarantine.reason], [sent.id, 'quarantined', 'tooLarge']);
  assert.ok(quarantine.bytes > 16_000_000);
});

test('what no frame can hold is refused by the simulator, as WhatsApp could not send it, and leaves nothing behind', async () => {
  await assert.rejects(hostile.message({ conversation: 'x'.repeat(16 * 1024 * 1024) }), RangeError);
  await assertGoesOn('a text of 16 MiB that was not sent');
  assert.equal(host.states.at(-1).state, 'open');
});

test('a sender key for a group whose name no record can have', async () => {
  for (const groupId of ['g'.repeat(600), 'a\0b@g.us', '~digest', 'g'.repeat(2_000_000)]) {
    const sent = await hostile.message({
      conversation: 'with a key',
      senderKeyDistributionMessage: { groupId, axolotlSenderKeyDistributionMessage: hostile.senderKey() },
    });
    await assertGoesOn(`a sender key for a group of ${groupId.length} characters`, sent);
    assert.equal(eventOf(sent.id).body.message.conversation, 'with a key');
  }
});

test('what cannot be read is a stub of that message, with its sender, its time and its size', async () => {
  const sent = await hostile.plaintext(Buffer.from([0x0a, 0xff, 0x01, 0x01]), { notify: 'Eve' });
  await assertGoesOn('a protobuf that is cut short', sent);
  const { body, chat, occurredAtUs, dedupe } = eventOf(sent.id);
  assert.deepEqual(body.quarantine, { reason: 'unreadable', detail: 'the message is not a message that this version can read', bytes: 5 });
  assert.deepEqual([body.key.id, body.key.remoteJid, body.pushName, body.message], [sent.id, hostile.jid, 'Eve', {}]);
  assert.deepEqual([chat, dedupe], [hostile.jid, `messages.upsert ${hostile.jid}  ${sent.id}`]);
  assert.ok(Math.abs(occurredAtUs / 1e6 - Date.now() / 1000) < 60);
});

test(`any stanza (seed ${SEED}, ${ROUNDS} rounds)`, async () => {
  for (let round = 0; round < ROUNDS; ++round) {
    const { what, sent, told } = await hostile.anything();
    await assertGoesOn(`${what} (round ${round})`, sent);
    if (told) assert.ok(eventOf(sent.id), `nothing was told of ${what} (round ${round})`);
    host.store.log.splice(0); // thousands of rounds, some of 16 MB
  }
  assert.deepEqual(host.refusals, [], 'the host had to refuse something');
});

test('nothing is left of what lay in parts', async () => {
  await host.until(() => host.store.keys('1', 'pending/').length === 0, 'no record to be left');
  const owners = host.store.keys('1', 'parts/').map((key) => key.split('/')[1]);
  assert.equal(owners.includes('pending'), false);
});

test('a link that ends for a reason of any number is opened again', async () => {
  for (const code of ['123456789', '-1', 'soon', '1.5']) {
    const mark = host.states.length;
    await world.admin('stream-error', { jid: `${phoneOf(jid)}:1@s.whatsapp.net`, code });
    await host.state('1', 'closed', mark);
    await host.state('1', 'open', mark);
  }
});
