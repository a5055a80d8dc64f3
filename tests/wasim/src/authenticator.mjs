// A passkey in software: one ES256 credential, and the assertions that a browser on WhatsApp's page would get from it.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { ORIGIN } from './passkey/assertion.mjs'

const USER_PRESENT = 1,
  USER_VERIFIED = 4
const sha256 = (data) => createHash('sha256').update(data).digest()
const base64url = (bytes) => Buffer.from(bytes).toString('base64url')
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

export class Authenticator {
  constructor({ id = randomBytes(16), userHandle = randomBytes(16) } = {}) {
    Object.assign(this, { id, userHandle, key: newKey(), counter: 0 })
  }
  /** What an account registers: `passkey.credential` of `admin/account`. */
  get credential() {
    return { id: base64url(this.id), publicKey: this.key.publicKey.export({ format: 'jwk' }) }
  }
  /** The same public key as COSE_Key in base64url, which `passkey.credential.publicKey` may be as well. */
  get cosePublicKey() {
    const { x, y } = this.key.publicKey.export({ format: 'jwk' })
    const part = (head, coordinate) => Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(coordinate, 'base64url')])
    return base64url(Buffer.concat([Buffer.from('a501020326', 'hex'), part('2001215820', x), part('225820', y)]))
  }
  /** The JSON of `navigator.credentials.get({publicKey: options})`, as `toJSON()` makes it. `lies` replace what is signed:
   * type, challenge, origin, crossOrigin, rpId, userPresent, userVerified; `otherKey`: signs with a key that nobody knows.
   * @throws NotAllowedError if `options.allowCredentials` names others only */
  get(options, { otherKey = false, ...lies } = {}) {
    const id = base64url(this.id)
    const allowed = options.allowCredentials ?? []
    if (allowed.length && !allowed.some((credential) => credential.id === id))
      throw new DOMException('no allowed credential is here', 'NotAllowedError')
    const said = {
      type: 'webauthn.get',
      challenge: options.challenge,
      origin: ORIGIN,
      crossOrigin: false,
      rpId: options.rpId,
      userPresent: true,
      userVerified: true,
      ...lies,
    }
    const { type, challenge, origin, crossOrigin } = said
    const clientDataJSON = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }))
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++this.counter)
    const flags = (said.userPresent ? USER_PRESENT : 0) | (said.userVerified ? USER_VERIFIED : 0)
    const authenticatorData = Buffer.concat([sha256(said.rpId), Buffer.from([flags]), counter])
    const { privateKey } = otherKey ? newKey() : this.key
    const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), privateKey)
    return {
      id,
      rawId: id,
      type: 'public-key',
      response: {
        clientDataJSON: base64url(clientDataJSON),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(signature),
        userHandle: this.userHandle && base64url(this.userHandle),
      },
    }
  }
}
