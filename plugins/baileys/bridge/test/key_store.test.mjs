import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyStore } from '../src/key_store.mjs';

/** A host whose writes end when the test says so. */
class FakeHost {
  records = new Map();
  writes = []; // {ops, resolve, reject}
  reads = 0;

  async get(keys) {
    this.reads += 1;
    return keys.map((key) => this.records.get(key) ?? null);
  }

  write(ops) {
    const write = Promise.withResolvers();
    this.writes.push({ ops, ...write, keys: ops.map(({ key }) => key) });
    return write.promise;
  }

  commit(n) {
    for (const { key, value } of this.writes[n].ops) {
      if (value === null) this.records.delete(key);
      else this.records.set(key, value);
    }
    this.writes[n].resolve();
  }
}

const tick = () => new Promise(setImmediate);
const pass = async (turns = 5) => { for (let n = 0; n < turns; ++n) await tick(); };

test('what was written is read at once, before it is stored', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  const stored = store.set({ session: { a: { x: 1 } } });
  assert.deepEqual(await store.get('session', ['a', 'b']), { a: { x: 1 } });
  await pass();
  host.commit(0);
  await stored;
  assert.equal(store.durable(), null);
  assert.deepEqual(JSON.parse(host.records.get('key/session/a')), { x: 1 });
});

test('bytes survive, a deleted key is gone before and after it is stored', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  host.records.set('key/sender-key/s', Buffer.from(JSON.stringify({ type: 'Buffer', data: 'AQID' })));
  assert.deepEqual((await store.get('sender-key', ['s'])).s, Buffer.from([1, 2, 3]));
  void store.set({ 'sender-key': { s: null } });
  assert.deepEqual(await store.get('sender-key', ['s']), {});
  await pass();
  host.commit(0);
  await pass();
  assert.deepEqual(await store.get('sender-key', ['s']), {});
  assert.equal(host.records.size, 0);
});

test('one write is in flight; what comes meanwhile goes together in the next, credentials with it', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  void store.set({ session: { a: 1 } });
  await pass();
  void store.set({ session: { b: 2 } });
  store.saveCreds(() => Buffer.from('{}'));
  void store.set({ 'identity-key': { c: 3 } });
  await pass();
  assert.equal(host.writes.length, 1);
  host.commit(0);
  await pass();
  assert.deepEqual(host.writes[1].keys, ['key/session/b', 'key/identity-key/c', 'creds']);
  host.commit(1);
  await pass();
  assert.equal(host.writes.length, 2);
});

test('a transaction is kept whole, sees itself, and leaves nothing behind when it throws', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  await assert.rejects(store.transaction(async () => {
    await store.set({ session: { a: 1 } });
    assert.deepEqual(await store.get('session', ['a']), { a: 1 });
    throw new Error('no');
  }), /no/);
  assert.deepEqual(await store.get('session', ['a']), {});
  const seen = await store.transaction(() => store.transaction(async () => {
    await store.set({ session: { a: 1 } });
    store.put('pending/1', Buffer.from('m'));
    await tick();
    assert.equal(host.writes.length, 0);
    await store.set({ 'pre-key': { 7: null } });
    return store.isInTransaction();
  }));
  assert.equal(seen, true);
  await pass();
  assert.deepEqual(host.writes[0].keys, ['key/session/a', 'pending/1', 'key/pre-key/7']);
});

test('transactions of one store run one after the other, those of two do not wait for each other', async () => {
  const one = new KeyStore(new FakeHost(), () => {});
  const two = new KeyStore(new FakeHost(), () => {});
  const order = [];
  const gate = Promise.withResolvers();
  const first = one.transaction(async () => { await gate.promise; order.push('first'); });
  const second = one.transaction(async () => { order.push('second'); });
  await two.transaction(async () => {
    assert.equal(one.isInTransaction(), false);
    order.push('other');
  });
  gate.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(order, ['other', 'first', 'second']);
});

test('a failed write ends the store: the owner is told first, then everybody who waits, later ones at once', async () => {
  const host = new FakeHost();
  const order = [];
  const store = new KeyStore(host, () => order.push('owner'));
  const waiting = store.set({ session: { a: 1 } }).catch(() => order.push('waiting'));
  await pass();
  const queued = store.set({ session: { b: 1 } }).catch(() => order.push('queued'));
  host.writes[0].reject(new Error('disk'));
  await Promise.all([waiting, queued]);
  assert.deepEqual(order, ['owner', 'waiting', 'queued']);
  await assert.rejects(store.set({ session: { c: 1 } }), /disk/);
  await assert.rejects(store.get('session', ['zzz']), /disk/);
  await assert.rejects(store.transaction(async () => 1), /disk/);
  await assert.rejects(store.durable(), /disk/);
  assert.equal(host.writes.length, 1);
});

test('a closed store writes no more and calls that no failure', async () => {
  const host = new FakeHost();
  let failures = 0;
  const store = new KeyStore(host, () => { failures += 1; });
  const written = store.set({ session: { a: 1 } });
  await pass();
  const closed = store.close();
  host.commit(0);
  await Promise.all([closed, written]);
  await assert.rejects(store.set({ session: { b: 1 } }));
  store.saveCreds(() => Buffer.from('{}'));
  await pass();
  assert.equal(host.writes.length, 1);
  assert.equal(failures, 0);
});

test('thousands of keys go in several writes, a small transaction never in two', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [n, n + 1]));
  void store.set({ 'lid-mapping': many });
  await store.transaction(() => store.set({ session: { a: 1, b: 2 } }));
  for (let n = 0; n < 5 && store.durable(); ++n) {
    await pass();
    if (host.writes[n]) host.commit(n);
    await pass();
  }
  assert.ok(host.writes.every(({ ops }) => ops.length <= 2000));
  assert.equal(host.records.size, 3002);
  const holding = host.writes.filter(({ keys }) => keys.some((key) => key.startsWith('key/session/')));
  assert.equal(holding.length, 1);
});

/** A session as libsignal writes it, whose peer has skipped `perChain` messages in each of `chains` ratchet steps. */
function skipping(chains, perChain) {
  const names = Array.from({ length: chains }, (_, n) => `remote-${n}`);
  const chain = (n) => ({
    chainType: 2, chainKey: { counter: perChain, ...(n === chains - 1 ? { key: 'live' } : {}) },
    messageKeys: Object.fromEntries(Array.from({ length: perChain }, (_, i) => [i, 'k'.repeat(44)])),
  });
  const _chains = Object.fromEntries([['ours', { chainType: 1, chainKey: { counter: 0, key: 'k' }, messageKeys: {} }], ...names.map((name, n) => [name, chain(n)])]);
  return { version: 'v1', _sessions: { base: { _chains, currentRatchet: { lastRemoteEphemeralKey: names.at(-1) }, indexInfo: { used: 1, closed: -1 } } } };
}

test('a peer who skips messages does not make its session grow without end; what is newest is kept', async () => {
  const host = new FakeHost();
  const store = new KeyStore(host, () => {});
  void store.set({ session: { few: skipping(3, 100), steps: skipping(3000, 0), many: skipping(50, 2000) } });
  await pass();
  const stored = (id) => JSON.parse(host.writes[0].ops.find(({ key }) => key === `key/session/${id}`).value);
  assert.deepEqual(stored('few'), skipping(3, 100));
  const steps = Object.keys(stored('steps')._sessions.base._chains);
  assert.deepEqual([steps.length, steps[0], steps.at(-1)], [41, 'ours', 'remote-2999']);
  const { _chains } = stored('many')._sessions.base;
  assert.deepEqual(Object.keys(_chains['remote-49'].messageKeys).length, 2000);
  assert.deepEqual(Object.keys(_chains['remote-47'].messageKeys), []);
  assert.equal(_chains['remote-49'].chainKey.key, 'live');
  assert.ok(host.writes[0].ops.every(({ value }) => value.length < 300_000));
});
