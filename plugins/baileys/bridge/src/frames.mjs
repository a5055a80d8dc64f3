// The frames of ../../PROTOCOL.md, both ways. Pure: bytes in, frames out.
import { jsonOf } from './json.mjs';

export const MAX_FRAME = 16 * 1024 * 1024;
export const MAX_HEADER = 4 * 1024 * 1024;

export class FrameError extends Error {}

/** What was to be said does not fit into a frame: nothing was said. */
export class FrameTooLarge extends FrameError {
  tooLarge = true;
}

/** @param {object} header @param {Buffer[]} tail parts, in the order in which the header names them */
export function encodeFrame(header, tail = []) {
  const json = jsonOf(header);
  const size = tail.reduce((sum, part) => sum + part.length, 4 + json.length);
  if (size > MAX_FRAME || json.length > MAX_HEADER) {
    throw new FrameTooLarge(`a frame of kind ${header.t} is too large: ${size} bytes`);
  }
  const sizes = Buffer.allocUnsafe(8);
  sizes.writeUInt32LE(size, 0);
  sizes.writeUInt32LE(json.length, 4);
  return Buffer.concat([sizes, json, ...tail]);
}

/** Cuts a byte stream into frames. Throws FrameError on anything that cannot be one. */
export class FrameReader {
  #chunks = [];
  #size = 0;

  /** @returns {{header: object, tail: Buffer}[]} the frames that are complete now */
  push(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next() {
    if (this.#size < 4) return undefined;
    const size = this.#peek(4).readUInt32LE(0);
    if (size < 4 || size > MAX_FRAME) throw new FrameError(`a frame of ${size} bytes`);
    if (this.#size < 4 + size) return undefined;
    const frame = this.#peek(4 + size);
    this.#drop(4 + size);
    return decode(frame.subarray(4));
  }

  #peek(size) {
    if (this.#chunks[0].length < size) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].subarray(0, size);
  }

  #drop(size) {
    this.#size -= size;
    this.#chunks[0] = this.#chunks[0].subarray(size);
    if (this.#chunks[0].length === 0) this.#chunks.shift();
  }
}

function decode(frame) {
  const size = frame.readUInt32LE(0);
  if (size > MAX_HEADER || size > frame.length - 4) throw new FrameError(`a header of ${size} bytes`);
  let header;
  try {
    header = JSON.parse(frame.subarray(4, 4 + size).toString('utf8'));
  } catch {
    throw new FrameError('a header that is not JSON');
  }
  if (header === null || typeof header !== 'object' || typeof header.t !== 'string') {
    throw new FrameError('a header without a kind');
  }
  return { header, tail: frame.subarray(4 + size) };
}

/** Takes a frame's binary values one after the other, by the `n` fields of its header. */
export class TailReader {
  #tail;
  #at = 0;

  constructor(tail) {
    this.#tail = tail;
  }

  /** @returns {Buffer|null} null for the size -1: absent */
  take(size) {
    if (size === -1) return null;
    if (!Number.isInteger(size) || size < 0 || this.#at + size > this.#tail.length) {
      throw new FrameError(`a value of ${size} bytes that the tail does not hold`);
    }
    this.#at += size;
    return this.#tail.subarray(this.#at - size, this.#at);
  }
}
