// One-shot proof: simulator + real Baileys clients. Prints PASS/FAIL per step, exit code = #failures.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from './src/b.mjs'
import { selfSigned } from './src/media.mjs'

// media downloads go through global fetch(): node must trust our TLS cert from process start
const tls = selfSigned(join(tmpdir(), 'wasim-tls'))
if (process.env.NODE_EXTRA_CA_CERTS !== tls.certPath)
  process.exit(
    spawnSync(process.execPath, process.argv.slice(1), {
      stdio: 'inherit',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.certPath },
    }).status,
  )

// One after the other: each goes on where the one before ended.
const { cast, count, root, sim } = await import('./checks/world.mjs')
for (const part of [
  'pairing',
  'messages',
  'groups',
  'pictures',
  'companions',
  'resilience',
  'passkey',
  'passkey_refusals',
  'passkey_deviations',
  'ending',
])
  await import(`./checks/${part}.mjs`)

if (process.argv.includes('--counters'))
  for (const [k, v] of [...sim.counters].sort()) print(`  ${String(v).padStart(4)}  ${k}`)
print(`\n${count.passed} passed, ${count.failed} failed`)
for (const client of Object.values(cast)) await client.stop().catch(() => {})
await sim.stop()
rmSync(root, { recursive: true, force: true })
process.exit(count.failed)
