// From nothing to the first 200 of /health, and the memory of a gateway that has nothing to do.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { quiet } from './lib/daemon.mjs'
import { alternate, median } from './lib/numbers.mjs'
import { printed, residentMegabytes } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

const express = new URL('peers/express.mjs', import.meta.url).pathname
const settledMs = 1500

/** Starts a program, asks for /health the moment it says where it listens, lets it settle, ends it. */
async function once200(program, args, env, stream, port, settle) {
  const begin = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const where = await printed(child[stream], port, child)
  const [answer] = await once(get({ host: '127.0.0.1', port: where, path: '/health' }), 'response')
  const ms = performance.now() - begin
  if (answer.statusCode !== 200) throw new Error(`/health: ${answer.statusCode}`)
  answer.resume()
  if (settle) await pause(settledMs)
  const resident = residentMegabytes(child.pid)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { ms, resident }
}

export default async function start({ rounds }) {
  const gateway = new Gateway({ env: quiet })
  const program = join(process.env.COLIBRI_BUILD, 'colibri')
  const ours = (settle) => once200(program, ['--config', gateway.configFile], gateway.env, 'stderr', /port=(\d+)/, settle)
  const first = () => {
    rmSync(gateway.dataDir, { recursive: true, force: true })
    return ours(false)
  }
  const theirs = (settle) => once200(process.execPath, [express], process.env, 'stdout', /:(\d+)/, settle)
  try {
    const [fresh, again, peer] = await alternate(rounds * 4, first, () => ours(false), () => theirs(false))
    const [idle, idlePeer] = await alternate(Math.min(rounds, 3), () => ours(true), () => theirs(true))
    const line = (what, unit, target, list, peerList, key) =>
      figure({
        what,
        unit,
        target,
        more: false,
        value: median(list.map((one) => one[key])),
        peer: { name: 'Express 5 hello', value: median(peerList.map((one) => one[key])) },
        rounds: list.map((one) => one[key]),
      })
    return [
      line('cold start to /health 200, new data folder', 'ms', 150, fresh, peer, 'ms'),
      line('cold start to /health 200, existing data', 'ms', 150, again, peer, 'ms'),
      line('idle with webhook and baileys loaded: resident', 'MB', 30, idle, idlePeer, 'resident'),
    ]
  } finally {
    rmSync(gateway.dir, { recursive: true, force: true })
  }
}
