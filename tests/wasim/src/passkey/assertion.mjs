// The relying party's look at an assertion (Web Authentication Level 3, section 7.2).
import { createHash, verify } from 'node:crypto'

export const ORIGIN = 'https://web.whatsapp.com'
const USER_PRESENT = 1,
  USER_VERIFIED = 4
const RP_ID_HASH = 32,
  HEAD = RP_ID_HASH + 1 + 4 // the flags, the counter
const sha256 = (data) => createHash('sha256').update(data).digest()

/** bytes of base64url without padding, undefined for anything else */
export const fromBase64url = (text) =>
  typeof text === 'string' && Buffer.from(text, 'base64url').toString('base64url') === text
    ? Buffer.from(text, 'base64url')
    : undefined

/** The assertion that the JSON text `json` holds, with its bytes decoded; deviations from the form go to `faults`. */
export function readAssertion(json, faults) {
  let whole
  try {
    whole = JSON.parse(json.toString('utf8'))
  } catch {
    whole = null
  }
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole)) {
    faults.push('webauthn_assertion is no JSON object')
    return undefined
  }
  const blob = (path, text) => {
    const bytes = fromBase64url(text)
    if (!bytes?.length) faults.push(`webauthn_assertion ${path} is ${JSON.stringify(text)}, expected base64url`)
    return bytes ?? Buffer.alloc(0)
  }
  const { response } = whole
  const rawId = blob('rawId', whole.rawId)
  if (whole.id !== whole.rawId)
    faults.push(`webauthn_assertion id is ${JSON.stringify(whole.id)}, expected that of rawId`)
  if (whole.type !== 'public-key')
    faults.push(`webauthn_assertion type is ${JSON.stringify(whole.type)}, expected "public-key"`)
  if (response === null || typeof response !== 'object') {
    faults.push('webauthn_assertion has no response')
    return undefined
  }
  if (response.userHandle !== null) blob('response.userHandle', response.userHandle)
  return {
    rawId,
    clientDataJSON: blob('response.clientDataJSON', response.clientDataJSON),
    authenticatorData: blob('response.authenticatorData', response.authenticatorData),
    signature: blob('response.signature', response.signature),
  }
}

/** Why `assertion` does not log in: a sentence per reason, none if it does. */
export function refusals(assertion, { challenge, rpId, userVerification, credential }) {
  const out = []
  const expect = (what, is, expected) => {
    if (is !== expected) out.push(`${what} is ${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`)
  }
  let client = {}
  try {
    client = JSON.parse(assertion.clientDataJSON.toString('utf8')) ?? {}
  } catch {
    out.push('clientDataJSON is no JSON')
  }
  expect('clientDataJSON type', client.type, 'webauthn.get')
  expect('clientDataJSON challenge', client.challenge, challenge)
  expect('clientDataJSON origin', client.origin, ORIGIN)
  if (client.crossOrigin) out.push('clientDataJSON says that it was asked for across origins')

  const data = assertion.authenticatorData
  if (data.length < HEAD) out.push(`authenticatorData has ${data.length} bytes, expected at least ${HEAD}`)
  else {
    if (!data.subarray(0, RP_ID_HASH).equals(sha256(rpId))) out.push(`authenticatorData is not for ${rpId}`)
    if (!(data[RP_ID_HASH] & USER_PRESENT)) out.push('authenticatorData says that no user was present')
    if (userVerification === 'required' && !(data[RP_ID_HASH] & USER_VERIFIED))
      out.push('authenticatorData says that the user was not verified')
  }
  if (!credential?.id.equals(assertion.rawId)) out.push('the credential is not registered with the account')
  else if (!signed(assertion, credential.publicKey)) out.push('the signature is not by the registered credential')
  return out
}

function signed({ authenticatorData, clientDataJSON, signature }, publicKey) {
  const data = Buffer.concat([authenticatorData, sha256(clientDataJSON)])
  try {
    return verify('sha256', data, { key: publicKey, dsaEncoding: 'der' }, signature)
  } catch {
    return false
  }
}
