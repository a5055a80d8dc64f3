// Many webhook endpoints, each with a temper of its own until it is healed. They keep when which event came; signatures are the
// story's business.
import { createServer } from 'node:http'

/** One endpoint. `mode`: ok, refuse (nothing listens), hang (never answers), trickle (a head without an end) or fail (500). */
export class Endpoint {
  /** `host`: an address of this endpoint's own, so that nobody takes its port while it refuses. */
  constructor(host, mode) {
    this.host = host
    this.mode = mode
    this.port = 0
    this.attempts = 0
    /** As answered with 2xx, in order: { n, chat, id, latencyMs }. */
    this.received = []
  }
  get url() {
    return `http://${this.host}:${this.port}/`
  }

  async up() {
    await this.#listen()
    if (this.mode === 'refuse') await this.down()
    return this
  }
  async heal() {
    const refused = this.mode === 'refuse'
    this.mode = 'ok'
    if (refused) await this.#listen()
  }
  async down() {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  #listen() {
    this.server = createServer((request, response) => {
      const at = Date.now()
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => this.#answer(request, Buffer.concat(parts).toString(), response, at))
    })
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.port, this.host, () => {
        this.port = this.server.address().port
        resolve()
      })
    })
  }
  #answer(request, text, response, at) {
    this.attempts++
    if (this.mode === 'hang') return
    if (this.mode === 'trickle') return trickle(request.socket)
    if (this.mode === 'fail') return response.writeHead(500).end()
    const { data } = JSON.parse(text)
    this.received.push({
      n: data.n,
      chat: data.key.remoteJid,
      id: request.headers['webhook-id'],
      latencyMs: at - data.publishedAtUs / 1000,
    })
    response.writeHead(204).end()
  }
}

function trickle(socket) {
  socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
  const drip = setInterval(() => socket.write('.'), 100)
  socket.once('close', () => clearInterval(drip))
}
