// What the checks of the passkey ceremony share.
import { Authenticator } from '../src/authenticator.mjs'
import { PasskeyClient } from './passkey_client.mjs'
import { admin, assert, sim } from './world.mjs'

let people = 0

export const same = (is, expected) =>
  assert(is === expected, `${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`)
export const like = (is, pattern) => assert(pattern.test(is), `${JSON.stringify(is)}, expected ${pattern}`)
export const errorOf = (promise) =>
  promise.then(
    () => 'it was accepted',
    (error) => error.message,
  )

/** A companion that shows a QR code; `phone`, of an account that needs a passkey, is to scan it. */
export async function newcomer(settings = {}, { phone, authenticator = new Authenticator() } = {}) {
  const number = 1000 + people++
  phone ??= `1555222${number}`
  await admin('account', { phone, passkey: { credential: authenticator.credential, ...settings } })
  const it = new PasskeyClient(`passkey-${number}`, phone, authenticator)
  await it.connect()
  return it
}
/** `f` with a newcomer whose code has been scanned; it records exactly these violations. */
export async function companion(settings, f, violations = []) {
  const before = sim.violations.length
  const it = await newcomer(settings)
  try {
    it.scan()
    await f(it)
    const recorded = sim.violations.slice(before)
    same(recorded.length, violations.length)
    violations.forEach((pattern, i) => like(recorded[i], pattern))
  } finally {
    sim.violations.length = before
    await it.stop().catch(() => {})
  }
}
