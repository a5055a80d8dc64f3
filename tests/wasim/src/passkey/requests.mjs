// What the client sends in a ceremony, when it may, and what is wrong with it. Each answer is {content?, then?}: the children of
// the result, and what follows once that is out.
import { randomBytes } from 'node:crypto'
import { SERVER, bytes, kids, n } from '../b.mjs'
import { refusals } from './assertion.mjs'
import { comparedCode, openPairingRequest, sha256 } from './keys.mjs'
import { readEncryptedPairingRequest, readPairingRequest } from './messages.mjs'
import { judgeProof, readPrologue } from './prologue.mjs'

const REQUESTS = {
  passkey_request_options: { type: 'get', at: 'challenge', answer: giveOptions },
  ref: { type: 'get', at: 'challenge', answer: giveRef },
  passkey_prologue: { type: 'set', at: 'challenge', answer: takePrologue },
  companion_nonce: { type: 'set', at: 'continuation', answer: takeNonce },
  encrypted_pairing_request: { type: 'set', at: 'code', answer: takePairingRequest },
}
export const isCeremonial = (tag) => Object.hasOwn(REQUESTS, tag)
export const refusal = (code, text) => Object.assign(new Error(text), { code, text })

export function onRequest(ceremony, node, child) {
  const { tag } = child
  const { type, at, answer } = REQUESTS[tag]
  const { stage } = ceremony
  if (stage === 'closed') return // it crossed the end of the connection
  if (stage === 'expired') throw refusal(410, 'gone')
  if (stage !== at) {
    ceremony.violation(`${tag} came at the stage ${stage}, expected at ${at}`)
    throw refusal(409, 'conflict')
  }
  const { xmlns, type: sent, to } = node.attrs
  if (xmlns !== 'md') ceremony.violation(`${tag} came with xmlns ${xmlns}, expected md`)
  if (sent !== type) ceremony.violation(`${tag} came as iq ${sent}, expected ${type}`)
  if (![SERVER, SERVER.slice(1)].includes(to)) ceremony.violation(`${tag} went to ${to}, expected ${SERVER.slice(1)}`)
  for (const other of kids(node)) if (other !== child) ceremony.violation(`${tag} came together with ${other.tag}`)
  if (ceremony.closes('before', tag)) return
  const { content, then } = answer(ceremony, child)
  ceremony.conn.result(node, content)
  if (!ceremony.closes('after', tag)) then?.()
}

/** Faults are violations, all of them, and end the ceremony. */
function insist(ceremony, faults) {
  if (!faults.length) return
  for (const fault of faults) ceremony.violation(fault)
  refuse(ceremony, 400, 'bad-request', faults.join('; '))
}
function refuse(ceremony, code, text, reason) {
  ceremony.end('refused', reason, 409)
  throw refusal(code, text)
}

function giveOptions(ceremony) {
  if (ceremony.settings.options === 'sent')
    ceremony.violation('passkey_request_options was asked for, expected use of those in the notification')
  ceremony.optionsAsked = true
  return { content: [n('passkey_request_options', {}, Buffer.from(JSON.stringify(ceremony.options)))] }
}

function giveRef(ceremony) {
  ceremony.ref = '2@' + randomBytes(60).toString('base64')
  return { content: [n('ref', {}, Buffer.from(ceremony.ref))] }
}

function takePrologue(ceremony, node) {
  const { settings, phone, ref, challenge } = ceremony
  const faults = []
  const deviceType = ceremony.conn.reg.props.platformType
  const prologue = readPrologue(node, { ref, deviceType, privateKey: phone.privateKey }, faults)
  if (settings.options !== 'sent' && !ceremony.optionsAsked)
    faults.push('passkey_request_options was never asked for, expected so as the notification brought none')
  if (prologue.payload) ceremony.proof = judgeProof(prologue, settings, ceremony.advSecret, ceremony.age, faults)
  insist(ceremony, faults)
  if (settings.trouble.refuse) refuse(ceremony, settings.trouble.refuse, 'refused', 'refused because the test wants it')
  const reasons = refusals(prologue.assertion, { ...settings, challenge })
  if (reasons.length) refuse(ceremony, 401, 'not-authorized', reasons.join('; '))
  ceremony.prologue = prologue
  ceremony.stage = 'prologue'
  ceremony.expire('assertion')
  return { then: () => ceremony.goOn() }
}

function takeNonce(ceremony, node) {
  const { prologue, phone } = ceremony
  const companionNonce = bytes(node) ?? Buffer.alloc(0)
  const faults = []
  if (companionNonce.length !== 32) faults.push(`companion_nonce has ${companionNonce.length} bytes, expected 32`)
  if (!sha256(prologue.identity, companionNonce).equals(prologue.commitment))
    faults.push('companion_nonce is not the one of prologue_payload.commitment.hash')
  insist(ceremony, faults)
  ceremony.code = comparedCode({ primaryNonce: phone.nonce, primaryPublic: phone.publicKey, companionNonce })
  ceremony.stage = 'code'
  return {}
}

function takePairingRequest(ceremony, node) {
  const faults = []
  const { encryptedPayload, IV } = readEncryptedPairingRequest(bytes(node) ?? Buffer.alloc(0), faults)
  insist(ceremony, faults)
  let plain
  try {
    plain = openPairingRequest({ ...ceremony.prologue, iv: IV, sealed: encryptedPayload })
  } catch {
    insist(ceremony, ['encrypted_pairing_request.encryptedPayload does not open with the key of this ceremony'])
  }
  const { companionPublicKey, companionIdentityKey, advSecret } = readPairingRequest(plain, faults)
  const { clientStatic, reg } = ceremony.conn
  if (companionPublicKey && !companionPublicKey.equals(clientStatic))
    faults.push('the pairing request.companionPublicKey is not the noise key of this connection')
  if (companionIdentityKey && !companionIdentityKey.equals(reg.identity))
    faults.push('the pairing request.companionIdentityKey is not the registered identity')
  if (ceremony.advSecret && advSecret?.equals(ceremony.advSecret))
    faults.push('the pairing request.advSecret is the one from before the challenge, expected a new one')
  insist(ceremony, faults)
  ceremony.newAdvSecret = advSecret
  ceremony.stage = 'request'
  return { then: () => ceremony.proceed() }
}
