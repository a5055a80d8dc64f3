// Gateways whose bridges have been taken over.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './wait.mjs'

/** Starts a gateway whose bridges try to read and write those files, to look into every other process and to signal the daemon. */
export async function startTakenOver(gateway, { reads, writes }) {
  const told = []
  const listener = createServer(async (request, answer) => {
    told.push(JSON.parse(Buffer.concat(await request.toArray())))
    answer.end()
  })
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const folder = join(gateway.dir, 'hostile')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  copyFileSync(fileURLToPath(new URL('hostile_bridge.mjs', import.meta.url)), join(folder, 'main.mjs'))
  const attempts = { reads, writes, tell: `http://127.0.0.1:${listener.address().port}` }
  writeFileSync(join(folder, 'attempts.json'), JSON.stringify(attempts))
  Object.assign(gateway.env, {
    COLIBRI_BAILEYS_BRIDGE_DIR: folder,
    COLIBRI_BAILEYS_NODE: process.execPath,
    COLIBRI_BAILEYS_INSTANCES_PER_BRIDGE: '1',
  })
  try {
    await gateway.start()
    // One after the other, so that the second finds the first. Nobody waits for the QR codes, which do not come.
    for (const [n, name] of ['first', 'second'].entries()) {
      gateway.call('POST', '/instance/create', { body: { instanceName: name, qrcode: true } }).catch(() => {})
      await until(
        () => `the bridge of ${name} to say what it could: ${gateway.output}`,
        () => told.length > n,
      )
    }
    return told
  } finally {
    listener.close()
  }
}

/** The version of the kernel's Landlock; below 1: there is none. */
export const landlock = () =>
  Number(spawnSync('perl', ['-e', 'print syscall(444, 0, 0, 1)'], { encoding: 'utf8' }).stdout) // landlock_create_ruleset
