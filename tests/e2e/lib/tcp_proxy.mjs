// A TCP proxy on loopback whose connections can be cut.
import { connect, createServer } from 'node:net'

export class TcpProxy {
  #sockets = new Set()
  /** Where to: a port on loopback. */
  constructor(target) {
    this.server = createServer((from) => {
      const to = connect(target, '127.0.0.1')
      for (const [socket, other] of [
        [from, to],
        [to, from],
      ]) {
        this.#sockets.add(socket)
        socket.on('error', () => other.destroy()) // one end that fails ends the other
        socket.on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        })
        socket.pipe(other)
      }
    })
  }
  async up() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.port = this.server.address().port
    return this
  }
  /** Ends every connection that there is; new ones are taken. */
  cut() {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }
  async down() {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
