// A webhook receiver: verifies every request with the official library, keeps what came, can go away and come back.
import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { until } from './wait.mjs'

export class Sink {
  /** `signer`: a secret, or the gateway, which is asked for each instance's. */
  constructor(signer) {
    this.signer = signer
    this.verifiers = new Map() // by instance
    this.received = []
    this.attempts = [] // {id, status} of every verified request
    this.unverified = []
    this.troubles = []
    this.port = 0
    this.answer = () => 200 // a status, or {status, body}
  }
  get url() {
    return `http://127.0.0.1:${this.port}/hook`
  }

  async up() {
    this.server = createServer((request, response) => {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () =>
        this.#take(request, Buffer.concat(parts).toString(), response).catch((error) => {
          this.troubles.push(error.message) // the gateway went away meanwhile
          response.destroy()
        }),
      )
    })
    await new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.port, '127.0.0.1', resolve)
    })
    this.port = this.server.address().port
    return this
  }
  async #verify(text, headers) {
    if (typeof this.signer === 'string') return new Webhook(this.signer).verify(text, headers)
    const { instance } = JSON.parse(text)
    try {
      return this.verifiers.get(instance).verify(text, headers)
    } catch {
      // Not known yet, or another instance of that name.
    }
    const found = await this.signer.call('GET', `/${instance}/webhook/find`)
    const secret = found.json?.webhook?.signingSecret
    if (!secret) throw new Error(`${instance} has no derived secret: ${found.text}`)
    this.verifiers.set(instance, new Webhook(secret))
    return this.verifiers.get(instance).verify(text, headers)
  }
  async #take(request, text, response) {
    let event
    try {
      event = await this.#verify(text, request.headers)
    } catch (error) {
      if (error.cause) throw error // of fetch
      this.unverified.push({ why: error.message, text })
      return response.writeHead(401).end()
    }
    const told = this.answer(event)
    const { status, body } = typeof told === 'number' ? { status: told } : told
    this.attempts.push({ id: request.headers['webhook-id'], status })
    if (status >= 200 && status < 300)
      this.received.push({
        id: request.headers['webhook-id'],
        sequence: Number(request.headers['x-colibri-sequence']),
        ...event,
      })
    response.writeHead(status).end(body)
  }
  async down() {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  of(event) {
    return this.received.filter((one) => one.event === event)
  }
  /** The first event of that name that `matches`, past or future. */
  wait(event, matches = () => true, ms = 15_000) {
    return until(
      () =>
        `${event} at the sink; it has ${JSON.stringify(this.received.map((r) => r.event))}, refused ${JSON.stringify(this.unverified)}`,
      () => this.of(event).find(matches),
      ms,
    )
  }
}

/** The text of a message event, whatever kind it is. */
export const textOf = (event) => event.data?.message?.conversation ?? event.data?.message?.extendedTextMessage?.text
