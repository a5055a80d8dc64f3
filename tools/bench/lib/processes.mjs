// What the kernel says of a process, and starting one that prints where it listens.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** CPU microseconds that the process's threads have used so far, those that are running now. */
export function cpuMicroseconds(pid) {
  const tasks = `/proc/${pid}/task`
  const used = (thread) => Number(readFileSync(`${tasks}/${thread}/schedstat`, 'utf8').split(' ')[0])
  return readdirSync(tasks).reduce((sum, thread) => sum + used(thread), 0) / 1000
}

export function residentMegabytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

/** Starts a script of this folder's `peers` with a Node.js; resolves once it printed its URL. */
export async function startPeer(name, args = [], program = process.execPath) {
  const script = new URL(`../peers/${name}.mjs`, import.meta.url).pathname
  const child = spawn(program, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const url = await printed(child.stdout, /http:\S+/, child)
  return {
    child,
    pid: child.pid,
    url,
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** The first match of `pattern` in what `stream` of `child` says. */
export function printed(stream, pattern, child) {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', (part) => {
      if (text === undefined) return
      text += part
      const match = pattern.exec(text)
      if (!match) return
      text = undefined
      resolve(match[1] ?? match[0])
    })
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended early; it said: ${text}`)))
  })
}
