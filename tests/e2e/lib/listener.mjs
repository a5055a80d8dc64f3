// A client of Socket.IO, the official one, that keeps what it hears.
import { io } from 'socket.io-client'
import { until } from './wait.mjs'

export class Listener {
  /** `options`: socket.io-client's; `nsp`: "/shop". */
  constructor(gateway, nsp, options = {}) {
    this.heard = [] // {name, event, offset}
    this.errors = []
    this.socket = io(gateway.url + nsp, {
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
      ...options,
    })
    this.socket.onAny((name, event, offset) => this.heard.push({ name, event, offset }))
    this.socket.on('connect_error', (error) => this.errors.push(error))
  }
  async connected() {
    await until(
      () => `a connection; errors: ${this.errors.map(String)}`,
      () => this.socket.connected,
    )
    return this
  }
  get transport() {
    return this.socket.io.engine.transport.name
  }
  /** The texts of the messages of ours it has heard, in order. */
  get texts() {
    return this.heard.filter(({ name }) => name === 'send.message').map(({ event }) => event.data.message.conversation)
  }
  hears(text) {
    return until(
      () => `${text}; heard: ${JSON.stringify(this.texts)}`,
      () => this.texts.includes(text),
    )
  }
  /** The connection breaks, as networks do it; the client tries again at once unless told otherwise. */
  cut() {
    const { transport } = this.socket.io.engine
    if (transport.ws) transport.ws.terminate?.() ?? transport.ws.close()
    else this.socket.io.engine.close()
  }
  close() {
    this.socket.close()
  }
}
