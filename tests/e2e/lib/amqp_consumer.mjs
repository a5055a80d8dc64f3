// A consumer of queues, by amqplib: keeps what came, acknowledges it, and comes back by itself like a patient one: when the
// broker was away, or the queue.
import { connect } from 'amqplib'
import { setTimeout as pause } from 'node:timers/promises'
import { GeneratorLedger } from './ledger.mjs'
import { until } from './wait.mjs'

export class AmqpConsumer {
  /** `uri`: a function, since ports and passwords may change. `hear`: told of each message as it comes. */
  constructor(uri, queue, hear = () => {}) {
    Object.assign(this, { uri, queue, hear })
    /** As it came: {id, fields, properties, event}. */
    this.received = []
    this.done = this.#consume()
  }
  async #consume() {
    while (!this.closed) {
      try {
        const connection = await connect(this.uri())
        connection.on('error', () => {}) // 'close' follows
        this.closedAt = new Promise((resolve) => connection.once('close', resolve))
        this.connection = connection
        const channel = await connection.createChannel()
        channel.on('error', () => {}) // 'close' follows
        const ended = new Promise((resolve) => {
          channel.once('close', resolve)
          this.closedAt.then(resolve)
          this.cancelled = resolve
        })
        await channel.consume(this.queue, (message) => this.#take(channel, message))
        this.consuming = true
        await ended
      } catch (error) {
        this.trouble = error
      }
      this.consuming = false
      await this.#end()
      if (!this.closed) await pause(50)
    }
  }
  async #end() {
    const { connection, closedAt } = this
    this.connection = undefined
    // One that has ended already refuses, and one whose broker dies meanwhile does not answer.
    if (connection) await Promise.race([closedAt, (async () => connection.close())().catch(() => {})])
  }
  #take(channel, message) {
    if (message === null) return this.cancelled() // the queue is gone
    const { fields, properties } = message
    const one = { id: properties.messageId, fields, properties, event: JSON.parse(message.content.toString()) }
    this.received.push(one)
    this.hear(one)
    channel.ack(message)
  }

  /** The first message that `matches`, past or future. */
  wait(what, matches, ms = 30_000) {
    return until(
      () => `${what} in ${this.queue}; it has ${this.received.length}, ${this.trouble ?? 'no trouble'}`,
      () => this.received.find(matches),
      ms,
    )
  }
  /** Events 0 to `total` - 1 of the generator are all there, each under one id, and in order in each chat. */
  async all(total, chats, ms = 60_000) {
    const numbers = () => new Set(this.received.map(({ event }) => event.data.n))
    await until(
      () => `${total} events in ${this.queue}; ${numbers().size} came, ${this.consuming ? 'it consumes' : 'it does not consume'}, ${this.trouble ?? 'no trouble'}`,
      () => numbers().size >= total,
      ms,
    )
    const ledger = new GeneratorLedger(this.queue, { total, chats })
    for (const { id, event } of this.received) ledger.add(event.data.n, id)
    ledger.check()
  }
  async close() {
    this.closed = true
    this.cancelled?.()
    await this.done
  }
}
