// Requests one behind the other on a connection, without waiting for answers: as fast as a client can be.
import { connect } from 'node:net'

export class Pipeline {
  /** `headers`: of every request. */
  constructor(gateway, headers = {}) {
    const { hostname, port } = new URL(gateway.url)
    this.fixed = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    this.statuses = [] // of the answers, in order
    this.sent = 0
    this.rest = ''
    this.socket = connect(Number(port), hostname)
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text) => this.#take(text))
    this.gone = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.on('error', () => {}) // seen as a missing answer
  }

  /** GET of a path, `count` times; more headers may follow. */
  get(path, { count = 1, headers = {} } = {}) {
    const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.sent += count
    this.socket.write(`GET ${path} HTTP/1.1\r\n${[...this.fixed, ...own].join('')}\r\n`.repeat(count))
  }

  /** Resolves once everything is answered. */
  async answered() {
    while (this.statuses.length < this.sent) {
      const more = new Promise((resolve) => (this.more = resolve))
      await Promise.race([
        more,
        this.gone.then(() => {
          throw new Error(`the connection ended after ${this.statuses.length} of ${this.sent} answers`)
        }),
      ])
    }
    return this.statuses
  }
  count(status) {
    return this.statuses.filter((one) => one === status).length
  }
  close() {
    this.socket.destroy()
  }

  #take(text) {
    this.rest += text
    let from = 0
    for (;;) {
      const head = this.rest.indexOf('\r\n\r\n', from)
      if (head < 0) break
      const top = this.rest.slice(from, head)
      const end = head + 4 + Number(/content-length: *(\d+)/i.exec(top)?.[1] ?? 0)
      if (end > this.rest.length) break
      this.statuses.push(Number(top.slice(9, 12)))
      from = end
    }
    this.rest = this.rest.slice(from)
    this.more?.()
  }
}
