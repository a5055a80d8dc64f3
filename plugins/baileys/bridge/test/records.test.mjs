// Records of every size: InstanceHost over a double of the daemon's store that refuses what the daemon refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstanceHost } from '../src/host.mjs';
import { HostError } from '../src/link.mjs';
import { pageOf, takesKeys, takesOps } from './support/limits.mjs';
import { Store } from './support/store.mjs';

const MIB = 1024 * 1024;

/** Answers requests at once. `dieAfter`: so many writes are made, the next never is, nor anything after it. */
class DirectLink {
  writes = [];
  dieAfter = Infinity;

  constructor(store = new Store()) {
    this.store = store;
  }

  async request({ t, k, keys, ops, prefix, after, limit }, tail = []) {
    if (t === 'kv.get') return this.#answer(keys.map((key) => ({ key, value: this.store.get(k, key) })), takesKeys(keys));
    if (t === 'kv.scan') return this.#answer(pageOf(this.store.scan(k, prefix, after, limit)));
    let next = t === 'publish' ? 1 : 0;
    const list = ops.map(({ key, n, ttlS }) => ({ key, ttlS, value: n < 0 ? null : tail[next++] }));
    if (this.writes.length >= this.dieAfter) throw new HostError(-4, t);
    if (!takesOps(list)) throw new HostError(-1, t);
    this.writes.push(list.map(({ key }) => key));
    this.store.commit(k, [], list);
    return {};
  }

  #answer(records, takes = true) {
    if (!takes || pageOf(records).length < records.length) throw new HostError(-1, 'kv');
    const values = records.map(({ value }) => value).filter((value) => value !== null);
    return { header: { records: records.map(({ key, value }) => ({ key, n: value?.length ?? -1 })) }, tail: Buffer.concat(values) };
  }
}

const bytes = (size, seed = 1) => Buffer.alloc(size, `${seed}-seven`); // a period that no part's size is a multiple of
const all = (store) => store.keys('1');

test('a value of any size comes back as it was, and is gone with all its parts', async () => {
  const link = new DirectLink();
  const host = new InstanceHost(link, '1');
  for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 8 * MIB, 8 * MIB + 1, 17 * MIB]) {
    const value = bytes(size);
    await host.write([{ key: 'key/session/a', value }, { key: 'key/x/b', value: bytes(3) }]);
    const [read, small, absent] = await host.get(['key/session/a', 'key/x/b', 'key/x/none']);
    assert.ok(read.equals(value), `${size} bytes`);
    assert.deepEqual([small.length, absent], [3, null]);
    await host.write([{ key: 'key/session/a', value: null }]);
    assert.deepEqual(all(link.store), ['key/x/b'], `${size} bytes`);
  }
});

test('up to 8 MiB it is one write, parts and head together', async () => {
  const link = new DirectLink();
  await new InstanceHost(link, '1').write([{ key: 'pending/1', value: bytes(7 * MIB) }, { key: 'key/x/b', value: bytes(3) }]);
  assert.equal(link.writes.length, 1);
});

test('a record that becomes smaller, larger or deleted by another process leaves no part behind', async () => {
  const link = new DirectLink();
  for (const size of [3 * MIB, 5 * MIB, 2 * MIB, 10, 9 * MIB, 10]) {
    const host = new InstanceHost(link, '1'); // as after a restart: it has to find out
    await host.write([{ key: 'creds', value: bytes(size) }]);
    assert.ok((await host.get(['creds']))[0].equals(bytes(size)));
  }
  assert.deepEqual(all(link.store), ['creds']);
  await new InstanceHost(link, '1').write([{ key: 'creds', value: bytes(3 * MIB) }]);
  await new InstanceHost(link, '1').publish([], [{ key: 'creds', value: null }]);
  assert.deepEqual(all(link.store), []);
});

test('records from before there were parts are read as they are', async () => {
  const link = new DirectLink();
  link.store.commit('1', [], [{ key: 'pending/1', value: bytes(MIB) }, { key: 'creds', value: Buffer.from('{}') }]);
  const host = new InstanceHost(link, '1');
  assert.equal((await host.get(['creds']))[0].toString(), '{}');
  for await (const [record] of host.scan('pending/')) assert.ok(record.value.equals(bytes(MIB)));
});

test('a process that ends at any write leaves the old value or the new one, and the next removes what is left over', async () => {
  const before = bytes(18 * MIB, 1), after = bytes(20 * MIB, 2);
  for (let dieAfter = 0; dieAfter <= 3; ++dieAfter) {
    const link = new DirectLink();
    await new InstanceHost(link, '1').write([{ key: 'pending/1', value: before }]);
    link.writes = [];
    link.dieAfter = dieAfter;
    const dying = new InstanceHost(link, '1').write([{ key: 'pending/1', value: after }]);
    if (dieAfter < 3) await assert.rejects(dying);
    else await dying;
    link.dieAfter = Infinity;
    const next = new InstanceHost(link, '1');
    await next.write([{ key: 'other', value: bytes(1) }]);
    const [value] = await next.get(['pending/1']);
    assert.ok(value.equals(dieAfter < 3 ? before : after), `after ${dieAfter} writes`);
    assert.equal(all(link.store).filter((key) => key.startsWith('parts/')).length, (dieAfter < 3 ? 18 : 20) + 1, `after ${dieAfter} writes`);
  }
});

test('after a write that failed the same process still knows what lies in parts', async () => {
  const link = new DirectLink();
  const host = new InstanceHost(link, '1');
  await host.write([{ key: 'a', value: bytes(3 * MIB) }]);
  link.dieAfter = 1;
  await assert.rejects(host.write([{ key: 'a', value: bytes(2 * MIB) }]));
  link.dieAfter = Infinity;
  assert.ok((await host.get(['a']))[0].equals(bytes(3 * MIB)));
  await host.write([{ key: 'a', value: null }]);
  assert.deepEqual(all(link.store), []);
});

test('a scan gives whole records, a few megabytes at a time', async () => {
  const link = new DirectLink();
  const host = new InstanceHost(link, '1');
  for (let n = 0; n < 6; ++n) await host.write([{ key: `pending/${n}`, value: bytes(3 * MIB, n) }]);
  const sizes = [];
  for await (const page of host.scan('pending/')) sizes.push(page.map(({ value }) => value.length / MIB));
  assert.deepEqual(sizes, [[3, 3, 3], [3, 3, 3]]);
});

test('what does not fit into one answer is read in several', async () => {
  const link = new DirectLink();
  const host = new InstanceHost(link, '1');
  const keys = Array.from({ length: 20 }, (_, n) => `key/session/${n}`);
  for (const [n, key] of keys.entries()) await host.write([{ key, value: bytes(900_000, n) }]);
  const values = await host.get(keys);
  values.forEach((value, n) => assert.ok(value.equals(bytes(900_000, n))));
});

test('a write of many values that together fit into no frame is made all the same', async () => {
  const link = new DirectLink();
  const host = new InstanceHost(link, '1');
  const ops = Array.from({ length: 30 }, (_, n) => ({ key: `key/session/${n}`, value: bytes(900_000, n) }));
  await host.write(ops);
  assert.ok((await host.get(['key/session/29']))[0].equals(bytes(900_000, 29)));
  await host.write(ops.map(({ key }) => ({ key, value: null })));
  assert.deepEqual(all(link.store), []);
});
