import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuMicroseconds } from './processes.mjs'

const run = promisify(execFile)

/** One wrk run: requests per second, and CPU microseconds of process `pid` per request. Any bad answer is an error. */
export async function drive({ url, pid, key = 'none' }, connections, seconds) {
  const before = cpuMicroseconds(pid)
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-H', `apikey: ${key}`, url])
  const used = cpuMicroseconds(pid) - before
  const bad = /Non-2xx or 3xx responses: .*|Socket errors: .*/.exec(stdout)
  if (bad) throw new Error(`${url}, ${connections} connections: ${bad[0]}`)
  const requests = Number(/(\d+) requests in/.exec(stdout)[1])
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), cpu: used / requests }
}
