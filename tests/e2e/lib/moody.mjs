// A webhook receiver with moods: each request is answered properly or suffers one of the faults that receivers have, as a
// seed decides.
import { createServer } from 'node:http'

/** Every fault, by name: what becomes of a request that was read. True: the receiver has taken the event all the same. */
const FAULTS = {
  fails: (response) => void response.writeHead(500).end(),
  'takes too long': () => undefined, // the sender gives up
  'is reset': (response) => void response.socket.resetAndDestroy(),
  'answers slowly'(response) {
    response.writeHead(200, { 'content-length': 3 })
    for (const [i, byte] of ['a', 'b', 'c'].entries()) setTimeout(() => response.write(byte), 30 * (i + 1))
    return true
  },
  'says 200 and is cut'(response) {
    response.socket.destroy() // the answer was on its way: whoever sent does not know
    return true
  },
}

export class MoodyReceiver {
  /** `random`: see random.mjs; one request of `oneIn` suffers. `hear(event, headers)`: of every event that was taken. */
  constructor(random, oneIn, hear) {
    Object.assign(this, { random, oneIn, hear, suffered: new Map() })
  }
  get url() {
    return `http://127.0.0.1:${this.server.address().port}/`
  }
  async up() {
    this.server = createServer((request, response) => {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => this.#answer(request, Buffer.concat(parts).toString(), response))
      response.on('error', () => undefined)
    })
    await new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }
  async down() {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
  #answer(request, text, response) {
    const fault = this.random.next(this.oneIn) === 0 ? this.random.of(Object.keys(FAULTS)) : undefined
    if (fault) this.suffered.set(fault, (this.suffered.get(fault) ?? 0) + 1)
    const taken = fault ? FAULTS[fault](response) : true
    if (taken) this.hear(JSON.parse(text), request.headers)
    if (!fault) response.writeHead(204).end()
  }
}
