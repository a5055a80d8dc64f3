// The protobuf messages of the ceremony; what a client sent is read with every deviation told.
import { read, write } from './protobuf.mjs'

const bytes = (name, length) => ({ name, type: 'bytes', length })

/** {identity: its bytes, publicKey, deviceType, ref, commitment}; what could not be read is undefined. */
export function readProloguePayload(payload, faults) {
  const what = 'prologue_payload'
  const prologue = read(payload, { 1: bytes('companionEphemeralIdentity'), 2: bytes('commitment') }, what, faults)
  const identity = prologue.companionEphemeralIdentity
  const inner = identity
    ? read(
        identity,
        { 1: bytes('publicKey', 32), 2: { name: 'deviceType', type: 'number' }, 3: bytes('ref') },
        `${what}.companionEphemeralIdentity`,
        faults,
      )
    : {}
  const { hash } = prologue.commitment
    ? read(prologue.commitment, { 1: bytes('hash', 32) }, `${what}.commitment`, faults)
    : {}
  return { ...inner, ref: inner.ref?.toString('utf8'), identity, commitment: hash }
}

export const writePrimaryEphemeralIdentity = ({ publicKey, nonce }) =>
  write([
    [1, publicKey],
    [2, nonce],
  ])

/** {encryptedPayload, IV} */
export const readEncryptedPairingRequest = (content, faults) =>
  read(content, { 1: bytes('encryptedPayload'), 2: bytes('IV', 12) }, 'encrypted_pairing_request', faults)

/** {companionPublicKey, companionIdentityKey, advSecret} */
export const readPairingRequest = (content, faults) =>
  read(
    content,
    { 1: bytes('companionPublicKey', 32), 2: bytes('companionIdentityKey', 32), 3: bytes('advSecret', 32) },
    'the pairing request',
    faults,
  )
