// What the checks share: the simulator, the people in it, and the count of what passed.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binaryNodeToString, hush, print } from '../src/b.mjs'
import { selfSigned } from '../src/media.mjs'
import { Sim } from '../src/server.mjs'
import { Client, post, sleep } from '../client.mjs'

hush()
const verbose = process.argv.includes('-v')
const trace =
  process.argv.includes('--trace') &&
  ((d, who, node) => process.stderr.write(`${d} ${who} ${binaryNodeToString(node)}\n`))

export const count = { passed: 0, failed: 0 }
export async function check(name, f) {
  const t0 = Date.now()
  try {
    const note = await f()
    count.passed++
    print(`PASS  ${name}  (${Date.now() - t0} ms)${typeof note === 'string' ? '  ' + note : ''}`)
  } catch (e) {
    count.failed++
    print(`FAIL  ${name}  ${verbose ? e.stack : e.message}`)
  }
}
export function assert(condition, message) {
  if (!condition) throw new Error(message ?? 'assertion failed')
}
export async function until(what, holds) {
  for (let i = 0; i < 500; i++) {
    if (await holds()) return
    await sleep(10)
  }
  throw new Error(`still not: ${what}`)
}

/** Where clients keep their credentials. */
export const root = mkdtempSync(join(tmpdir(), 'wasim-checks-'))
export const sim = await new Sim({ tls: selfSigned(join(tmpdir(), 'wasim-tls')), verbose, trace }).start()
export const admin = (path, body) => post(sim.adminUrl, path, body)
export const mk = (name, options = {}) =>
  new Client(name, { url: sim.url, dir: join(root, name), level: process.env.LOG ?? 'silent', ...options })

export const PA = '15551110001',
  PB = '15551110002',
  PC = '15551110003'
/** Alice, Bob and Carol; a2 is Alice's second companion. A check that replaces a client puts the new one here. */
export const cast = { a: mk('alice'), b: mk('bob'), c: mk('carol'), a2: mk('alice2') }
