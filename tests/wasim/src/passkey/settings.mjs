// What a test says of an account whose linking needs a passkey; `PROTOCOL.md` section 6a names each member.
import { fromBase64url } from './assertion.mjs'
import { publicKeyOf } from './public_key.mjs'

/** Stanzas of the exchange, by the tag of what they carry: places at which the server can close the socket. */
export const STEPS = [
  'passkey_prologue_request',
  'passkey_request_options',
  'ref',
  'passkey_prologue',
  'crsc_continuation',
  'companion_nonce',
  'encrypted_pairing_request',
  'pair-success',
]
const PLACES = STEPS.flatMap((step) => [`before ${step}`, `after ${step}`])

const bool = (v) => typeof v === 'boolean'
const text = (v) => typeof v === 'string' && v !== ''
const duration = (v) => Number.isInteger(v) && v >= 0
const oneOf = (...all) => Object.assign((v) => all.includes(v), { all })
const object = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)

const MEMBERS = {
  rpId: [text, 'whatsapp.com'],
  timeout: [duration, 600_000],
  userVerification: [oneOf('required', 'preferred', 'discouraged'), 'required'],
  allowCredentials: [Array.isArray, []],
  extensions: [object, { uvm: true }],
  further: [object, {}],
  options: [oneOf('sent', 'asked', 'garbled'), 'sent'],
  handoff: [oneOf(true, false, 'optional'), 'optional'],
  handoffWindow: [duration, 300_000],
  codeFlow: [oneOf('finish', 'bare'), 'finish'],
  strayChild: [bool, false],
  credential: [object, undefined],
  trouble: [object, {}],
}
const TROUBLE = {
  refuse: [(v) => Number.isInteger(v) && v >= 400 && v < 600],
  no_continuation: [bool],
  early_continuation: [bool],
  close: [oneOf(...PLACES)],
}

/** Every member with its default. @throws an error of status 400 that tells all faults at once */
export function passkeySettings(given) {
  const faults = []
  const check = (what, members, values) => {
    for (const [name, value] of Object.entries(values)) {
      const [good] = members[name] ?? []
      const all = good?.all ? `, expected one of ${JSON.stringify(good.all)}` : ''
      if (!good) faults.push(`${what}.${name} is unknown`)
      else if (!good(value)) faults.push(`${what}.${name} cannot be ${JSON.stringify(value)}${all}`)
    }
  }
  if (!object(given)) throw Object.assign(new Error('passkey is no object'), { status: 400 })
  check('passkey', MEMBERS, given)
  const settings = Object.fromEntries(Object.entries(MEMBERS).map(([name, [, usual]]) => [name, given[name] ?? usual]))
  if (object(settings.trouble)) check('passkey.trouble', TROUBLE, settings.trouble)
  if (object(given.credential)) settings.credential = credentialOf(given.credential, faults)
  if (faults.length) throw Object.assign(new Error(faults.join('; ')), { status: 400 })
  return settings
}

function credentialOf({ id, publicKey }, faults) {
  const bytes = fromBase64url(id)
  if (!bytes?.length) faults.push('passkey.credential.id is not base64url')
  try {
    return { id: bytes, publicKey: publicKeyOf(publicKey) }
  } catch (error) {
    faults.push(`passkey.credential.publicKey ${error.message}`)
  }
}

/** PublicKeyCredentialRequestOptions in JSON, as the client passes them on. */
export const requestOptions = (s, challenge) => ({
  challenge,
  timeout: s.timeout,
  rpId: s.rpId,
  allowCredentials: s.allowCredentials,
  userVerification: s.userVerification,
  extensions: s.extensions,
  ...s.further,
})
