// One passkey ceremony, `PROTOCOL.md` section 6a: an account is being linked by one connection. Here is its course, in
// `requests.mjs` what the client says. Each deviation of the client is recorded as a violation, in a sentence.
import { randomBytes } from 'node:crypto'
import { SERVER, n, now } from '../b.mjs'
import { Acks } from './acks.mjs'
import { ephemeral } from './keys.mjs'
import { writePrimaryEphemeralIdentity } from './messages.mjs'
import { requestOptions } from './settings.mjs'

export const failed = (message, status) => Object.assign(new Error(message), { status })
const identityNode = (identity) => n('primary_ephemeral_identity', {}, writePrimaryEphemeralIdentity(identity))

/** Stages: challenge, prologue (accepted, not yet continued), continuation, code, request, linked; or it ended as refused,
 * expired or closed, with a reason. */
export class Ceremony {
  constructor(id, sim, conn, account, advSecret) {
    Object.assign(this, { id, sim, conn, account, advSecret, settings: account.passkey })
    Object.assign(this, { stage: 'challenge', proof: 'none', confirmed: false, optionsAsked: false, violations: [] })
    this.challenge = randomBytes(32).toString('base64url')
    this.options = requestOptions(this.settings, this.challenge)
    this.phone = { ...ephemeral(), nonce: randomBytes(32) }
    this.acks = new Acks((what) => this.violation(what))
    this.finished = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }))
    this.finished.catch(() => {}) // who waits for it hears of it
  }
  get running() {
    return !['linked', 'refused', 'expired', 'closed'].includes(this.stage)
  }
  /** Milliseconds since the challenge was sent. */
  get age() {
    return Date.now() - this.startedAt
  }
  get needsConfirmation() {
    return this.proof === 'none'
  }

  /** Resolves with the advSecret that the client made for this linking. */
  begin() {
    if (this.closes('before', 'passkey_prologue_request')) return this.finished
    const { options, trouble } = this.settings
    const content = { sent: JSON.stringify(this.options), garbled: '{"challenge":' }[options]
    this.startedAt = Date.now()
    this.expire('challenge')
    this.notify('passkey_prologue_request', content && n('passkey_request_options', {}, Buffer.from(content)))
    if (trouble.early_continuation)
      this.notify('crsc_continuation', identityNode({ ...ephemeral(), nonce: randomBytes(32) }))
    this.closes('after', 'passkey_prologue_request')
    return this.finished
  }
  /** After the assertion was accepted. */
  goOn() {
    if (this.settings.trouble.no_continuation || this.closes('before', 'crsc_continuation')) return
    this.stage = 'continuation'
    this.notify('crsc_continuation', identityNode(this.phone))
    this.closes('after', 'crsc_continuation')
  }
  /** The phone's user says that the companion shows the same code; `code`: the one that it does show. */
  confirm(code) {
    if (!['code', 'request'].includes(this.stage)) throw failed(`there is no code at the stage ${this.stage}`, 409)
    if (!this.needsConfirmation) throw failed('the phone asks for no confirmation: there was a proof', 409)
    if (code !== undefined && code !== this.code) throw failed(`the phone shows ${this.code}, not ${code}`, 409)
    this.confirmed = true
    if (this.stage === 'request') this.proceed()
  }
  /** After the pairing request, and again after the confirmation. */
  proceed() {
    if (this.needsConfirmation && !this.confirmed) return
    clearTimeout(this.timer)
    this.resolve(this.newAdvSecret)
  }
  end(stage, reason, status) {
    if (!this.running) return
    clearTimeout(this.timer)
    Object.assign(this, { stage, reason })
    if (stage !== 'linked') this.reject(failed(`passkey: ${reason}`, status))
  }
  expire(what) {
    clearTimeout(this.timer)
    const { timeout } = this.settings
    this.timer = setTimeout(() => this.end('expired', `the ${what} expired after ${timeout} ms`, 408), timeout).unref()
  }
  violation(what) {
    this.violations.push(what)
    this.sim.violation(`passkey ${this.account.pn} #${this.id}`, what)
  }
  /** Whether the test wants the socket closed here; then it is. */
  closes(when, step) {
    if (this.settings.trouble.close !== `${when} ${step}`) return false
    this.end('closed', `closed by the server ${when} ${step}`, 499)
    this.conn.ws.close()
    return true
  }
  notify(type, child) {
    const id = randomBytes(4).toString('hex')
    this.acks.expect(id, type)
    const content = [...(this.settings.strayChild ? [n('stray', {})] : []), ...(child ? [child] : [])]
    this.conn.send(n('notification', { from: SERVER, type, id, t: now() }, content))
  }
  /** As a test sees it. */
  view() {
    const { id, stage, reason, code, proof, needsConfirmation, confirmed, options, violations } = this
    return { id, phone: this.account.pn, stage, reason, code, proof, needsConfirmation, confirmed, options, violations }
  }
}
