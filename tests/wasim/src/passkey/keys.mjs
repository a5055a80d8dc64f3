// What phone and companion derive: the proof of the hand-over, the compared code, the key of the pairing request.
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto'

const TAG = 16
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ'
const SPKI_X25519 = Buffer.from('302a300506032b656e032100', 'hex')

export const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
const hkdf = (secret, salt, info) => Buffer.from(hkdfSync('sha256', secret, salt, info, 32))

/** {privateKey: KeyObject, publicKey: 32 bytes} */
export function ephemeral() {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32) }
}

/** @throws for a point of small order */
export const agree = (privateKey, theirs) =>
  diffieHellman({
    privateKey,
    publicKey: createPublicKey({ key: Buffer.concat([SPKI_X25519, theirs]), format: 'der', type: 'spki' }),
  })

/** By the advSecret that was good when the ceremony began. */
export const handoffProof = (advSecret, payload) =>
  createHmac('sha256', hkdf(advSecret, '', 'shortcake-passkey-handoff-v1'))
    .update(payload)
    .digest()

/** XXXX-XXXX */
export function comparedCode({ primaryNonce, primaryPublic, companionNonce }) {
  const mask = sha256(companionNonce, primaryPublic)
  let bits = 0n
  for (let i = 0; i < 5; i++) bits = (bits << 8n) | BigInt(primaryNonce[i] ^ mask[i])
  const letters = Array.from({ length: 8 }, (_, i) => ALPHABET[Number((bits >> BigInt(35 - 5 * i)) & 31n)])
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

/** @throws if it was not sealed with this key */
export function openPairingRequest({ shared, deviceType, ref, iv, sealed }) {
  const key = hkdf(shared, `Companion Pairing ${deviceType} with ref ${ref}`, 'Pairing Information Encryption Key')
  const opener = createDecipheriv('aes-256-gcm', key, iv)
  opener.setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([opener.update(sealed.subarray(0, -TAG)), opener.final()])
}
