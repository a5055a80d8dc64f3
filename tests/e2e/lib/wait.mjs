// Waiting for a condition, with a bound and a name; never for a time.
import { setTimeout as pause } from 'node:timers/promises'

/** Resolves with the first truthy value of `condition` (may be async); rejects after `ms` with `what`. */
export async function until(what, condition, ms = 60_000) {
  const end = Date.now() + ms
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > end) throw new Error(`timeout after ${ms} ms: ${typeof what === 'function' ? await what() : what}`)
    await pause(20)
  }
}
