import { EventEmitter } from 'node:events';
import { encodeFrame, FrameReader } from './frames.mjs';
import { Status } from './status.mjs';

/** The daemon did not do what it was asked. `status`: a number of Status. */
export class HostError extends Error {
  constructor(status, what) {
    super(`${what}: status ${status}`);
    this.status = status;
  }
}

/**
 * The stream to the daemon: frames out, answers matched to requests by id, everything else as `frame`.
 *
 * Events: `frame` (header, tail), `end` (the daemon is gone), `broken` (Error: what came is no frame).
 */
export class Link extends EventEmitter {
  #stream;
  #reader = new FrameReader();
  #waiting = new Map(); // id -> {resolve, reject, timer}
  #lastId = 0n;
  /** The host's queues are full: it keeps requests and answers later, however long that takes. */
  paused = false;

  constructor(stream, { answerWithinMs = 30_000 } = {}) {
    super();
    this.answerWithinMs = answerWithinMs;
    this.#stream = stream;
    stream.on('data', (chunk) => this.#take(chunk));
    stream.on('error', () => this.emit('end')); // a reset is an end, too
    stream.on('end', () => this.emit('end'));
    stream.on('close', () => this.emit('end'));
  }

  send(header, tail) {
    this.#stream.write(encodeFrame(header, tail));
  }

  /** Sends a request; resolves with its answer {header, tail}, rejects with HostError. */
  request(header, tail) {
    const id = String(++this.#lastId);
    return new Promise((resolve, reject) => {
      const waiting = { resolve, reject };
      const patience = () => {
        if (this.paused) return void (waiting.timer = setTimeout(patience, this.answerWithinMs));
        this.#waiting.delete(id);
        reject(new HostError(Status.timeout, header.t));
      };
      waiting.timer = setTimeout(patience, this.answerWithinMs);
      this.#waiting.set(id, waiting);
      try {
        this.send({ ...header, id }, tail);
      } catch (error) {
        clearTimeout(waiting.timer);
        this.#waiting.delete(id);
        reject(error);
      }
    });
  }

  #take(chunk) {
    try {
      for (const { header, tail } of this.#reader.push(chunk)) this.#dispatch(header, tail);
    } catch (error) {
      this.emit('broken', error);
    }
  }

  #dispatch(header, tail) {
    if (header.t !== 'kv.result' && header.t !== 'published') return this.emit('frame', header, tail);
    const waiting = this.#waiting.get(header.id);
    if (!waiting) return; // answered after its time
    this.#waiting.delete(header.id);
    clearTimeout(waiting.timer);
    if (header.status === Status.ok) waiting.resolve({ header, tail });
    else waiting.reject(new HostError(header.status, header.t));
  }
}
