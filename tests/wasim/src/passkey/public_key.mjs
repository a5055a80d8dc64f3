// A credential's ES256 public key, as JWK or as COSE_Key (RFC 9053 section 7.1).
import { createPublicKey } from 'node:crypto'

/** `key`: a JWK, or the COSE_Key in base64url. @throws with what is wrong with it */
export function publicKeyOf(key) {
  const jwk = typeof key === 'string' ? jwkOf(readCose(Buffer.from(key, 'base64url'))) : key
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256') throw new Error('is no key of the curve P-256')
  const { kty, crv, x, y } = jwk
  return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
}

function jwkOf(cose) {
  const [KTY, ALG, CRV, X, Y] = [1, 3, -1, -2, -3]
  if (cose.get(KTY) !== 2 || cose.get(ALG) !== -7 || cose.get(CRV) !== 1) throw new Error('is no COSE key for ES256')
  const coordinate = (label) => Buffer.from(cose.get(label) ?? []).toString('base64url')
  return { kty: 'EC', crv: 'P-256', x: coordinate(X), y: coordinate(Y) }
}

/** A CBOR map of small integers to small integers or byte strings. */
function readCose(bytes) {
  let at = 0
  const head = () => {
    const first = bytes[at++]
    let argument = first & 31
    if (argument === 24) argument = bytes[at++]
    if (argument === undefined || argument > 255 || (first & 31) > 24) throw new Error('is no COSE key')
    return { major: first >> 5, argument }
  }
  const value = () => {
    const { major, argument } = head()
    if (major === 0) return argument
    if (major === 1) return -1 - argument
    if (major !== 2 || at + argument > bytes.length) throw new Error('is no COSE key')
    at += argument
    return bytes.subarray(at - argument, at)
  }
  const { major, argument } = head()
  if (major !== 5) throw new Error('is no COSE key')
  const map = new Map()
  for (let i = 0; i < argument; i++) map.set(value(), value())
  return map
}
