// The client's answer to the challenge (`passkey_prologue`): read in full, judged against what this ceremony knows.
import { timingSafeEqual } from 'node:crypto'
import { bytes, kids } from '../b.mjs'
import { readAssertion } from './assertion.mjs'
import { agree, handoffProof } from './keys.mjs'
import { readProloguePayload } from './messages.mjs'

const REQUIRED = ['credential_id', 'webauthn_assertion', 'prologue_payload']
const PROOF = 'pairing_handoff_proof'

/** `expected`: {ref, deviceType} and the phone's {privateKey}. Answers {assertion, payload, proof?, shared} and the fields of
 * the payload; each deviation goes to `faults`. */
export function readPrologue(node, expected, faults) {
  const parts = {}
  for (const child of kids(node)) {
    if (![...REQUIRED, PROOF].includes(child.tag)) faults.push(`passkey_prologue has an unknown child ${child.tag}`)
    else if (child.tag in parts) faults.push(`passkey_prologue has two children ${child.tag}`)
    else parts[child.tag] = bytes(child) ?? Buffer.alloc(0)
  }
  for (const tag of REQUIRED) if (!parts[tag]) faults.push(`passkey_prologue has no ${tag}`)
  const assertion = parts.webauthn_assertion && readAssertion(parts.webauthn_assertion, faults)
  const credentialId = parts.credential_id
  if (assertion && credentialId && !credentialId.equals(assertion.rawId))
    faults.push(`credential_id is ${credentialId.toString('base64url')}, expected the assertion's rawId`)
  const payload = parts.prologue_payload
  const prologue = payload ? readProloguePayload(payload, faults) : {}
  const compare = (name) => {
    if (prologue[name] !== undefined && prologue[name] !== expected[name])
      faults.push(
        `prologue_payload.companionEphemeralIdentity.${name} is ${prologue[name]}, expected ${expected[name]}`,
      )
  }
  compare('ref')
  compare('deviceType')
  let shared
  if (prologue.publicKey?.length === 32)
    try {
      shared = agree(expected.privateKey, prologue.publicKey)
    } catch {
      faults.push('prologue_payload.companionEphemeralIdentity.publicKey is no public key')
    }
  return { ...prologue, assertion, payload, proof: parts[PROOF], shared }
}

/** What the server makes of the proof: 'none', 'verified', or 'unchecked' if the phone knows no secret. A reason to refuse
 * goes to `faults`. `age`: milliseconds since the challenge was sent. */
export function judgeProof({ proof, payload }, { handoff, handoffWindow }, advSecret, age, faults) {
  const good = age < handoffWindow
  if (!proof) {
    if (handoff === true && good) faults.push(`${PROOF} is missing, expected one within ${handoffWindow} ms`)
    return 'none'
  }
  if (handoff === false) faults.push(`${PROOF} is there, expected none`)
  if (!good) faults.push(`${PROOF} is there ${age} ms after the challenge, expected none after ${handoffWindow} ms`)
  if (!advSecret) return 'unchecked'
  const right = handoffProof(advSecret, payload)
  if (proof.length !== right.length || !timingSafeEqual(proof, right)) {
    faults.push(`${PROOF} is wrong, expected the HMAC of prologue_payload by the advSecret at the challenge`)
    return 'none'
  }
  return 'verified'
}
