import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FrameError, FrameReader, MAX_FRAME, TailReader } from '../src/frames.mjs';

test('frames come out as they went in, however the stream is cut', () => {
  const frames = [
    [{ t: 'a', k: '18446744073709551615' }, []],
    [{ t: 'b', n: 3, text: 'ção' }, [Buffer.from([0, 255, 1])]],
    [{ t: 'c', sizes: [0, 2] }, [Buffer.alloc(0), Buffer.from('xy')]],
  ];
  const bytes = Buffer.concat(frames.map(([header, tail]) => encodeFrame(header, tail)));
  for (const step of [1, 2, 3, 7, 11, bytes.length]) {
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < bytes.length; at += step) got.push(...reader.push(bytes.subarray(at, at + step)));
    assert.deepEqual(got.map(({ header }) => header), frames.map(([header]) => header), `step ${step}`);
    assert.deepEqual(got.map(({ tail }) => Buffer.from(tail)), frames.map(([, tail]) => Buffer.concat(tail)));
  }
});

test('what cannot be a frame ends the stream', () => {
  const sizes = (size, header, rest = '') => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(size, 0);
    head.writeUInt32LE(header, 4);
    return Buffer.concat([head, Buffer.from(rest)]);
  };
  const bad = {
    'longer than a frame may be': sizes(MAX_FRAME + 1, 2),
    'too short for a header size': sizes(3, 0),
    'a header longer than the frame': sizes(6, 3, '{}'),
    'no JSON': sizes(7, 3, '{"t'),
    'no object': sizes(8, 4, 'null'),
    'no kind': sizes(6, 2, '{}'),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.throws(() => new FrameReader().push(bytes), FrameError, what);
  }
  assert.throws(() => encodeFrame({ t: 'x' }, [Buffer.alloc(MAX_FRAME)]), FrameError);
});

test('a tail gives its values in order and no more than it holds', () => {
  const tail = new TailReader(Buffer.from('abcde'));
  assert.equal(tail.take(2).toString(), 'ab');
  assert.equal(tail.take(-1), null);
  assert.equal(tail.take(0).length, 0);
  assert.equal(tail.take(3).toString(), 'cde');
  for (const size of [1, -2, 1.5, '1']) assert.throws(() => tail.take(size), FrameError);
});
