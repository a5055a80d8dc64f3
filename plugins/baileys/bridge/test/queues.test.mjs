// The outbox, the gate and the commands, each with a double of what is around it.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import '../src/silence.mjs';
import '../src/signal_jobs.mjs';
import { Commands } from '../src/commands.mjs';
import { draft } from '../src/draft.mjs';
import { gateSends } from '../src/gate.mjs';
import { HostError, Link } from '../src/link.mjs';
import { encodeFrame, FrameTooLarge } from '../src/frames.mjs';
import { Outbox } from '../src/outbox.mjs';
import { Stops } from '../src/stops.mjs';

const tick = () => new Promise(setImmediate);
const pass = async (turns = 5) => { for (let n = 0; n < turns; ++n) await tick(); };

function outbox(publish) {
  const log = { lines: [], error(text) { this.lines.push(text); }, warn(text) { this.lines.push(text); } };
  const crowded = [];
  const host = { publish, write: async (ops) => { host.written.push(...ops); }, written: [] };
  const box = new Outbox({ host, log, stops: new Stops(), onCrowded: (now) => crowded.push(now) });
  return { box, log, crowded, host };
}

const item = (n, pendingKey) => ({ drafts: [draft('messages.upsert', { n })], pendingKey });
const numbers = (drafts) => drafts.map(({ body }) => JSON.parse(body).n);

test('events are published in order, together when they wait, with the ends of their records', async () => {
  const calls = [];
  const first = Promise.withResolvers();
  const { box } = outbox((drafts, ops) => {
    calls.push([numbers(drafts), ops.map(({ key }) => key)]);
    return calls.length === 1 ? first.promise : Promise.resolve();
  });
  box.add(item(1, 'pending/1'));
  box.add(item(2, 'pending/2'));
  box.add(item(3));
  box.add(item(2, 'pending/2')); // known already
  await pass();
  assert.deepEqual(calls, [[[1], ['pending/1']]]);
  first.resolve();
  await box.drained();
  assert.deepEqual(calls[1], [[2, 3], ['pending/2']]);
  assert.equal(box.waiting, 0);
});

test('one event of a batch that is refused for good does not take the others with it', async () => {
  const published = [];
  const gate = Promise.withResolvers();
  const { box, log, host } = outbox(async (drafts) => {
    await gate.promise;
    if (numbers(drafts).includes(3)) throw new HostError(-1, 'publish');
    published.push(...numbers(drafts));
  });
  for (const n of [1, 2, 3, 4]) box.add(item(n, `pending/${n}`));
  gate.resolve();
  await box.drained();
  assert.deepEqual(published, [1, 2, 4]);
  assert.deepEqual(log.lines, ['an event was refused and is lost']);
  assert.deepEqual(host.written, [{ key: 'pending/3', value: null }]);
});

test('many events of one item go in several publishes; its record ends with the last', async () => {
  const calls = [];
  const { box } = outbox(async (drafts, ops) => { calls.push([drafts.length, ops.map(({ key }) => key)]); });
  box.add({ drafts: Array.from({ length: 450 }, (_, n) => draft('messages.upsert', { n })), pendingKey: 'pending/1' });
  await box.drained();
  assert.deepEqual(calls, [[200, []], [200, []], [50, ['pending/1']]]);
});

test('events that no frame can hold do not take others with them', async () => {
  const published = [];
  const { box } = outbox(async (drafts) => {
    if (numbers(drafts).includes(2)) throw new FrameTooLarge('a frame');
    published.push(...numbers(drafts));
  });
  box.add({ drafts: [1, 2, 3].map((n) => draft('messages.set', { n })) });
  await box.drained();
  assert.deepEqual(published, [1, 3]);
});

test('a few large events are a crowd, too', async () => {
  const gate = Promise.withResolvers();
  const { box, crowded } = outbox(() => gate.promise);
  for (let n = 0; n < 5; ++n) box.add({ drafts: [draft('messages.upsert', { n, text: 'x'.repeat(14_000_000) })] });
  assert.deepEqual(crowded, [true]);
  gate.resolve();
  await box.drained();
  assert.deepEqual(crowded, [true, false]);
});

test('a crowd is told at its beginning and at its end', async () => {
  const gate = Promise.withResolvers();
  const { box, crowded } = outbox(() => gate.promise);
  for (let n = 0; n < 2001; ++n) box.add(item(n));
  assert.deepEqual(crowded, [true]);
  gate.resolve();
  await box.drained();
  assert.deepEqual(crowded, [true, false]);
});

test('after close nothing is published any more and nobody waits', async () => {
  let calls = 0;
  const { box } = outbox(async () => { calls += 1; throw new HostError(-14, 'publish'); });
  box.add(item(1));
  await pass();
  const drained = box.drained();
  box.close();
  await drained;
  box.add(item(2));
  await pass();
  assert.equal(calls, 1);
});

test('frames keep their order through the gate, and wait for what must be stored before them', async () => {
  const sent = [];
  const socket = { send: (data, done) => { sent.push(data); done?.(); } };
  let saved = null;
  gateSends(socket, () => saved, () => {});
  socket.send('a');
  assert.deepEqual(sent, ['a']);
  const writing = Promise.withResolvers();
  saved = writing.promise;
  socket.send('b');
  saved = null;
  socket.send('c');
  await pass();
  assert.deepEqual(sent, ['a']);
  writing.resolve();
  await pass();
  assert.deepEqual(sent, ['a', 'b', 'c']);
  socket.send('d');
  assert.deepEqual(sent.at(-1), 'd');
});

test('a frame whose write failed is never sent, nor any after it', async () => {
  const sent = [];
  const errors = [];
  const socket = { send: (data, done) => { sent.push(data); done?.(); } };
  const failing = Promise.withResolvers();
  gateSends(socket, () => failing.promise, () => {});
  socket.send('a', (error) => errors.push(error?.message));
  socket.send('b', (error) => errors.push(error?.message));
  failing.reject(new Error('disk'));
  await pass();
  assert.deepEqual(sent, []);
  assert.deepEqual(errors, ['disk', 'disk']);
});

test('a command is completed once: unknown ones, closed instances, deadlines', async () => {
  const answers = [];
  const commands = new Commands({
    context: () => ({}), log: { warn() {} },
    complete: (token, status) => answers.push([token, status]),
  });
  const command = (token, name, inMs) => ({ token, name, messageId: 'M', deadlineUs: (Date.now() + inMs) * 1000, body: { number: '1' } });
  commands.submit(command('1', 'no.such', 1000), true);
  commands.submit(command('1', 'constructor', 1000), true);
  commands.submit(command('2', 'message.sendText', 1000), false);
  commands.submit(command('3', 'message.sendText', 20), true);
  commands.submit(command('3', 'message.sendText', 20), true); // repeated
  commands.submit(command('4', 'message.sendText', 5000), true);
  commands.submit(command('5', 'message.sendText', 5000), true);
  commands.cancel('4');
  commands.giveUp('closed');
  assert.deepEqual(answers, [['1', -3], ['1', -3], ['2', -4], ['4', -7], ['3', -4], ['5', -4]]);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(answers.length, 6);
});

/** Commands that are carried out when the test says so. @returns `begun`: the tokens of those that began, in order */
function heldCommands(table) {
  const begun = [];
  const ends = new Map();
  const carryOut = (context, { token }) => {
    begun.push(token);
    return new Promise((resolve) => ends.set(token, () => resolve({ result: {} })));
  };
  const commands = new Commands({
    context: () => ({}), log: { warn() {} }, complete: () => {},
    table: Object.fromEntries(Object.entries(table).map(([name, order]) => [name, { carryOut, order }])),
  });
  commands.linkUp({ isOpen: true });
  const submit = (token, name, body) =>
    commands.submit({ token, name, messageId: 'M', deadlineUs: (Date.now() + 5000) * 1000, body }, true);
  return { begun, submit, end: (token) => ends.get(token)(), close: () => commands.giveUp('closed') };
}

test('commands of one chat wait for each other, whatever they call it and wherever they name it', async () => {
  const { begun, submit, end, close } = heldCommands({ text: 'number', react: 'key.remoteJid', read: 'keys.0.remoteJid' });
  submit('1', 'text', { number: '+1 (555) 0001' });
  submit('2', 'text', { number: '15550002' });
  submit('3', 'react', { key: { remoteJid: '15550001@s.whatsapp.net' } });
  submit('4', 'read', { keys: [{ remoteJid: '15550001:3@s.whatsapp.net' }] });
  await pass();
  assert.deepEqual(begun, ['1', '2']);
  end('1');
  await pass();
  assert.deepEqual(begun, ['1', '2', '3']);
  end('3');
  await pass();
  assert.deepEqual(begun, ['1', '2', '3', '4']);
  close();
});

test('a command that keeps no order, or names no chat, waits for nobody', async () => {
  const { begun, submit, close } = heldCommands({ ask: undefined, presence: 'chat' });
  submit('1', 'ask', { number: '15550001' });
  submit('2', 'ask', { number: '15550001' });
  submit('3', 'presence', {});
  submit('4', 'presence', {});
  await pass();
  assert.deepEqual(begun, ['1', '2', '3', '4']);
  close();
});

/** A command `change` of an effect. `begun`: how often it began; `say`: the answers of its carrying out, in turn. */
function commandOf(effect, say) {
  const answers = [];
  const told = { begun: 0, answers };
  const commands = new Commands({
    context: () => ({}), log: { warn() {} },
    complete: (token, status, { detail }) => answers.push([token, status, detail]),
    table: { change: { effect, carryOut: () => say[told.begun++]() } },
  });
  const submit = (token, inMs = 5000) => commands.submit({ token, name: 'change', messageId: '', deadlineUs: (Date.now() + inMs) * 1000, body: {} }, true);
  return Object.assign(told, { commands, submit });
}
const silence = () => new Promise(() => {});
const lost = async () => { throw new Error('Connection Closed'); };
const saysNo = async () => { throw Object.assign(new Error('not-acceptable'), { data: 406 }); };
const done = async () => ({ result: {} });
const link = () => ({ isOpen: true });

test('what is to happen once and was begun when its link was lost is not begun again: its outcome is unknown', async () => {
  for (const end of [silence, lost]) {
    const change = commandOf('once', [end, done]);
    change.submit('1');
    change.commands.linkUp(link());
    await pass();
    change.commands.linkDown();
    assert.deepEqual(change.answers, end === silence
      ? [['1', -5, 'outcome unknown: the link went away before WhatsApp answered']]
      : [['1', -5, 'outcome unknown: it was interrupted']]);
    change.commands.linkUp(link());
    await pass();
    assert.deepEqual([change.begun, change.answers.length], [1, 1]);
  }
});

test('what is to happen once waits for a link, and is carried out on the first one', async () => {
  const change = commandOf('once', [done]);
  change.submit('1');
  change.commands.linkDown();
  change.commands.linkUp(link());
  await pass();
  assert.deepEqual([change.begun, change.answers], [1, [['1', 0, undefined]]]);
});

test('what may be repeated is carried out again on the next link', async () => {
  const change = commandOf('safe', [silence, done]);
  change.submit('1');
  change.commands.linkUp(link());
  await pass();
  change.commands.linkDown();
  assert.deepEqual(change.answers, []);
  change.commands.linkUp(link());
  await pass();
  assert.deepEqual([change.begun, change.answers], [2, [['1', 0, undefined]]]);
});

test('what WhatsApp refuses has not happened; what was begun is not cancelled if it is to happen once', async () => {
  const refused = commandOf('once', [saysNo]);
  refused.submit('1');
  refused.commands.linkUp(link());
  await pass();
  assert.deepEqual(refused.answers, [['1', -12, 'WhatsApp refused with error 406']]);
  const begun = commandOf('once', [silence]);
  begun.submit('1');
  begun.commands.linkUp(link());
  await pass();
  begun.commands.cancel('1');
  assert.deepEqual(begun.answers, []);
  begun.commands.giveUp('closed');
  assert.deepEqual(begun.answers.map(([, status]) => status), [-5]);
});

test('of what was begun and is not answered by the deadline, or by the end, nobody says that nothing was done', async () => {
  const late = commandOf('safe', [silence]);
  late.submit('1', 20);
  late.commands.linkUp(link());
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.deepEqual(late.answers, [['1', -5, 'WhatsApp did not answer in time']]);
  const closed = commandOf('safe', [silence]);
  closed.submit('1');
  closed.commands.linkUp(link());
  await pass();
  closed.commands.giveUp('closed');
  assert.deepEqual(closed.answers.map(([, status]) => status), [-5]);
});

class FakeStream extends EventEmitter {
  written = [];
  write(bytes) { this.written.push(bytes); }
}

test('a request that is not answered in time is rejected; while the host is paused it may take longer', async () => {
  const stream = new FakeStream();
  const link = new Link(stream, { answerWithinMs: 20 });
  await assert.rejects(link.request({ t: 'kv.get' }), (error) => error.status === -5);
  link.paused = true;
  const patient = link.request({ t: 'kv.get' });
  await new Promise((resolve) => setTimeout(resolve, 60));
  stream.emit('data', encodeFrame({ t: 'kv.result', id: '2', status: 0, records: [] }));
  assert.equal((await patient).header.id, '2');
  stream.emit('data', encodeFrame({ t: 'kv.result', id: '1', status: 0, records: [] })); // too late: ignored
});
