import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import '../src/silence.mjs';
import { Existence } from '../src/existence.mjs';

const jid = (phone) => `${phone}@s.whatsapp.net`;

/** WhatsApp, as far as it is asked for numbers; `there`: phone → the address that it knows it by. */
function directory(there = {}) {
  const asked = [];
  const answers = [];
  const executeUSyncQuery = ({ users, protocols }) => {
    const phones = users.map(({ phone }) => phone.slice(1));
    asked.push(phones);
    const contact = protocols.find(({ name }) => name === 'contact');
    const list = phones.map((phone) => ({
      id: there[phone] ?? jid(phone),
      contact: contact.parser({ attrs: { type: phone in there ? 'in' : 'out' }, content: Buffer.from(`+${phone}`) }),
      ...(phone in there ? { lid: '99@lid' } : {}),
    }));
    return new Promise((resolve, reject) => answers.push({ say: () => resolve({ list }), fail: reject }));
  };
  const next = async () => { while (answers.length === 0) await delay(1); return answers.shift(); };
  return { asked, next, executeUSyncQuery };
}

test('what many ask at once is one question, and what comes meanwhile is the next', async () => {
  const existence = new Existence();
  const sock = directory({ 1: jid(1) });
  const first = [existence.ask(sock, [jid(1)]), existence.ask(sock, [jid(1), jid(2)])];
  const question = await sock.next();
  const second = [existence.ask(sock, [jid(2)]), existence.ask(sock, [jid(3)]), existence.ask(sock, [jid(4)])];
  question.say();
  assert.deepEqual((await first[0]).get(jid(1)), { jid: jid(1), exists: true, lid: '99@lid' });
  assert.equal((await first[1]).get(jid(2)).exists, false);
  (await sock.next()).say();
  await Promise.all(second);
  assert.deepEqual(sock.asked, [['1', '2'], ['3', '4']]);
});

test('what is known is not asked again', async () => {
  const existence = new Existence();
  const sock = directory({ 1: jid(1) });
  const ask = existence.ask(sock, [jid(1), jid(2)]);
  (await sock.next()).say();
  await ask;
  await delay(5); // the question is over
  const again = existence.ask(sock, [jid(2), jid(1)]);
  await delay(5);
  assert.equal(sock.asked.length, 1);
  assert.equal((await again).get(jid(1)).exists, true);
  assert.equal(existence.numberOf('99@lid'), jid(1));
});

test('an account that WhatsApp knows by another address is found by the number that was asked', async () => {
  const existence = new Existence();
  const sock = directory({ 5511987654321: jid(551187654321) });
  const ask = existence.ask(sock, [jid(5511987654321), jid(7)]);
  (await sock.next()).say();
  assert.equal((await ask).get(jid(5511987654321)).jid, jid(551187654321));
});

test('questions have at most a hundred numbers, and come at a bounded rate', async () => {
  const existence = new Existence({ burst: 2, everyMs: 30 });
  const sock = directory();
  const begun = performance.now();
  const ask = existence.ask(sock, Array.from({ length: 450 }, (_, n) => jid(100 + n)));
  for (let n = 0; n < 5; ++n) (await sock.next()).say();
  await ask;
  assert.deepEqual(sock.asked.map((phones) => phones.length), [100, 100, 100, 100, 50]);
  assert.ok(performance.now() - begun > 3 * 30 - 5, 'the third waits');
});

test('a question that fails with its link fails those who asked it, and the next is asked over the next link', async () => {
  const existence = new Existence();
  const sock = directory({ 1: jid(1) });
  const lost = existence.ask(sock, [jid(1)]);
  const question = await sock.next();
  const next = directory({ 2: jid(2) });
  const waiting = existence.ask(next, [jid(2)]);
  question.fail(new Error('Connection Closed'));
  await assert.rejects(lost, /Connection Closed/);
  (await next.next()).say();
  assert.equal((await waiting).get(jid(2)).exists, true);
});

test('a question without an answer holds the others up for a while only, and is asked anew by who comes later', async () => {
  const existence = new Existence({ patienceMs: 20 });
  const sock = directory({ 1: jid(1), 2: jid(2) });
  const silent = existence.ask(sock, [jid(1)]);
  const unanswered = await sock.next();
  const other = existence.ask(sock, [jid(2)]);
  (await sock.next()).say();
  assert.equal((await other).get(jid(2)).exists, true);
  const anew = existence.ask(sock, [jid(1)]);
  (await sock.next()).say();
  assert.equal((await anew).get(jid(1)).exists, true);
  unanswered.say();
  assert.equal((await silent).get(jid(1)).exists, true, 'late is not never');
});
