import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuMicroseconds } from './processes.mjs'

const run = promisify(execFile)

const script = new URL('pipelined.lua', import.meta.url).pathname

/**
 * One wrk run: requests per second, and CPU microseconds of process `pid` per request. Any bad answer is an error.
 * `pipelined`: each connection has eight requests under way instead of one.
 */
export async function drive({ url, pid, key = 'none' }, connections, seconds, { pipelined = false } = {}) {
  const before = cpuMicroseconds(pid)
  const { stdout } = await run('wrk', [
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-H', `apikey: ${key}`],
    ...(pipelined ? ['-s', script] : []),
    url,
  ])
  const used = cpuMicroseconds(pid) - before
  const bad = /Non-2xx or 3xx responses: .*|Socket errors: .*/.exec(stdout)
  if (bad) throw new Error(`${url}, ${connections} connections: ${bad[0]}`)
  const requests = Number(/(\d+) requests in/.exec(stdout)[1])
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), cpu: used / requests }
}
