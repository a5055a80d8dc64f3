// A companion that goes through the passkey ceremony step by step, beside a real Baileys socket; its cryptography and protobuf
// are those of Baileys, the simulator's are its own. A check can spoil what it sends.
import { randomBytes } from 'node:crypto'
import { Curve, aesEncryptGCM, bytesToCrockford, getBinaryNodeChild, hkdf, hmacSign, proto, sha256 } from 'baileys'
import { admin, mk, sim, until } from './world.mjs'

const TO = '@s.whatsapp.net'
const NOTIFICATIONS = ['passkey_prologue_request', 'crsc_continuation']
export class PasskeyClient {
  constructor(name, phone, authenticator) {
    Object.assign(this, { phone, authenticator, acks: true, seen: {}, waiting: {}, deviceType: 1 })
    this.client = mk(name, { autoReconnect: false })
  }
  async connect() {
    await this.client.connect()
    this.sock = this.client.sock
    for (const type of NOTIFICATIONS)
      this.sock.ws.on(`CB:notification,type:${type}`, (node) => this.arrived(type, node))
    this.sock.ws.on('CB:iq,,pair-success', (node) => (this.pairSuccess = getBinaryNodeChild(node, 'pair-success')))
    await this.client.wait('connection.update', (u) => u.qr)
  }
  arrived(type, node) {
    if (this.acks) this.ack(node).catch(() => {}) // the socket may be closed by now
    const queue = (this.seen[type] ??= [])
    queue.push(node)
    this.waiting[type]?.()
  }
  ack({ attrs }, lies = {}) {
    return this.sock.sendNode({
      tag: 'ack',
      attrs: { class: 'notification', id: attrs.id, to: attrs.from, type: attrs.type, ...lies },
    })
  }
  /** the next notification of this type; fails if the connection closes first */
  async notification(type) {
    const closed = this.client
      .wait('connection.update', (u) => u.connection === 'close')
      .then(() => {
        throw new Error('the connection closed')
      })
    const come = new Promise((resolve) => (this.waiting[type] = resolve))
    if (!this.seen[type]?.length) await Promise.race([come, closed])
    closed.catch(() => {})
    return this.seen[type].shift()
  }
  /** The phone scans the QR code. */
  scan() {
    this.linking(admin('scan-qr', { qr: this.client.lastQr, phone: this.phone }))
  }
  /** `linked` is the phone's answer, `refused` its error. */
  linking(answer) {
    this.linked = answer
    this.refused = answer.then(
      () => 'it was linked',
      (error) => error.message,
    )
  }
  /** The companion asks for a pairing code and its user types it into the phone. */
  async enterCode() {
    this.acks = false // Baileys does, from the code on
    const code = await this.sock.requestPairingCode(this.phone)
    await until('the code is asked for', () => sim.pairing.codes.has(this.phone))
    this.linking(admin('enter-code', { phone: this.phone, code }))
  }
  async query(type, tag, content, lies = {}) {
    const attrs = { to: TO, xmlns: 'md', type, ...lies }
    return getBinaryNodeChild(await this.sock.query({ tag: 'iq', attrs, content: [{ tag, attrs: {}, content }] }), tag)
  }

  /** The challenge is there: the secret changes. */
  async challenged() {
    const node = await this.notification('passkey_prologue_request')
    const creds = this.sock.authState.creds
    this.oldAdvSecret = Buffer.from(creds.advSecretKey, 'base64')
    this.handoffKey = await hkdf(this.oldAdvSecret, 32, { info: 'shortcake-passkey-handoff-v1' })
    this.newAdvSecret = randomBytes(32)
    creds.advSecretKey = this.newAdvSecret.toString('base64')
    const child = getBinaryNodeChild(node, 'passkey_request_options')
    try {
      this.options = JSON.parse(child.content.toString())
    } catch {
      this.options = undefined
    }
    return this.options
  }
  async askForOptions() {
    const child = await this.query('get', 'passkey_request_options')
    return (this.options = JSON.parse(child.content.toString()))
  }
  /** `lies`: those of the authenticator. `spoil` changes what is sent. */
  async respond({ proof = false, lies, spoil = () => {} } = {}) {
    this.givenRef = (await this.query('get', 'ref')).content.toString('utf8')
    Object.assign(this, { ephemeral: Curve.generateKeyPair(), nonce: randomBytes(32) })
    const it = {
      ref: this.givenRef,
      deviceType: this.deviceType,
      publicKey: this.ephemeral.public,
      assertion: this.authenticator.get(this.options, lies),
      credentialId: this.authenticator.id,
      garble: (payload) => payload,
      children: [],
    }
    spoil(it)
    const { ref, deviceType, publicKey } = it
    const identity = proto.CompanionEphemeralIdentity.encode({ publicKey, deviceType, ref }).finish()
    const commitment = { hash: sha256(Buffer.concat([identity, this.nonce])) }
    const payload = it.garble(
      proto.ProloguePayload.encode({ companionEphemeralIdentity: identity, commitment }).finish(),
    )
    it.proof ??= hmacSign(payload, this.handoffKey)
    const children = { credential_id: it.credentialId, webauthn_assertion: Buffer.from(JSON.stringify(it.assertion)) }
    children.prologue_payload = payload
    if (proof) children.pairing_handoff_proof = it.proof
    const nodes = Object.entries(children).map(([tag, content]) => ({ tag, attrs: {}, content }))
    await this.query('set', 'passkey_prologue', [...nodes, ...it.children])
  }
  /** The phone's half is there: ours is opened, and both have the code. */
  async continued({ nonce = this.nonce } = {}) {
    const node = await this.notification('crsc_continuation')
    const content = getBinaryNodeChild(node, 'primary_ephemeral_identity').content
    const primary = (this.primary = proto.PrimaryEphemeralIdentity.decode(content))
    await this.query('set', 'companion_nonce', nonce)
    const mask = sha256(Buffer.concat([nonce, primary.publicKey]))
    const code = bytesToCrockford(Buffer.from(mask.subarray(0, 5).map((byte, i) => byte ^ primary.nonce[i])))
    return (this.code = `${code.slice(0, 4)}-${code.slice(4)}`)
  }
  /** `spoil` changes the fields, `garble` the sealed bytes. */
  async request(spoil = () => {}, garble = (sealed) => sealed) {
    const { creds } = this.sock.authState
    const fields = {
      companionPublicKey: creds.noiseKey.public,
      companionIdentityKey: creds.signedIdentityKey.public,
      advSecret: this.newAdvSecret,
    }
    spoil(fields)
    const key = await hkdf(Curve.sharedKey(this.ephemeral.private, this.primary.publicKey), 32, {
      salt: Buffer.from(`Companion Pairing ${this.deviceType} with ref ${this.givenRef}`),
      info: 'Pairing Information Encryption Key',
    })
    const iv = randomBytes(12)
    const sealed = aesEncryptGCM(proto.PairingRequest.encode(fields).finish(), key, iv, Buffer.alloc(0))
    const content = proto.EncryptedPairingRequest.encode({ encryptedPayload: garble(sealed), iv }).finish()
    await this.query('set', 'encrypted_pairing_request', content)
  }
  /** All of it, with a proof: nobody has to confirm. */
  async whole() {
    await this.challenged()
    await this.answer()
  }
  async answer() {
    await this.respond({ proof: true })
    await this.continued()
    await this.request()
  }

  /** What the simulator says of the last ceremony of this account. */
  async phoneSays() {
    return (await admin('passkey', { phone: this.phone })).at(-1)
  }
  /** Linked, restarted and logged in, as any account. */
  async open() {
    await this.client.wait('connection.update', (u) => u.connection === 'close')
    await this.client.connect()
    await this.client.open()
  }
  stop() {
    return this.client.stop()
  }
}
