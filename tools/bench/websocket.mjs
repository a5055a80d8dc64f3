// One event of a kilobyte to thousands of clients of Socket.IO: from the request that causes it until the last has it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Gateway, program } from '../../tests/e2e/lib/gateway.mjs'
import { opened, say } from '../../tests/e2e/lib/spoken.mjs'
import { quiet } from './lib/daemon.mjs'
import { median } from './lib/numbers.mjs'
import { cpuMicroseconds, residentMegabytes, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

// The most first: memory that clients leave behind would serve the next ones.
const counts = [10_000, 5000, 1000]
// A new connection acknowledges each of its first segments by itself, which costs the sender too.
const unheard = 3
const targets = { 1000: 30, 5000: 150, 10000: 350 }

/** So many clients; `round()` resolves with when the last of them had what `emit` causes. */
async function crowd(url, count, key) {
  const child = spawn(program('bench-listeners'), [new URL(url).port, `${count}`, key], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (wanted) => {
    const { value, done } = await lines.next()
    if (done || !wanted.test(value)) throw new Error(`bench-listeners said ${value}`)
    return value
  }
  await line(/^joined$/)
  return {
    async round(emit) {
      child.stdin.write('\n')
      await line(/^ready$/)
      const begin = performance.timeOrigin + performance.now()
      await emit()
      return Number(await line(/^[\d.]+$/)) - begin
    },
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

async function measure({ url, pid, key, emit }, rounds) {
  const results = []
  for (const count of counts) {
    const before = residentMegabytes(pid)
    const clients = await crowd(url, count, key)
    try {
      const kilobytes = (1024 * (residentMegabytes(pid) - before)) / count
      for (let i = 0; i < unheard; ++i) await clients.round(emit)
      const [ms, cpu] = [[], []]
      for (let i = 0; i < rounds; ++i) {
        const used = cpuMicroseconds(pid)
        ms.push(await clients.round(emit))
        cpu.push((cpuMicroseconds(pid) - used) / count)
      }
      results.push({ count, kilobytes, ms, cpu })
    } finally {
      await clients.stop()
    }
  }
  return results
}

async function ofGateway(rounds) {
  const gateway = await new Gateway({ env: quiet, config: '  generator: {}\n  websocket: {}\n' }).start()
  try {
    const { hash } = await opened(gateway, 'shop', { websocket: { enabled: true, events: ['SEND_MESSAGE'] } })
    const emit = () => say(gateway, 'shop', 'x'.repeat(800))
    return await measure({ url: gateway.url, pid: gateway.pid, key: hash.apikey, emit }, rounds)
  } finally {
    await gateway.remove()
  }
}

async function ofPeer(rounds) {
  const peer = await startPeer('socketio')
  try {
    const emit = () => fetch(`${peer.url}/emit`)
    return await measure({ url: peer.url, pid: peer.pid, key: 'none', emit }, rounds)
  } finally {
    await peer.stop()
  }
}

export default async function websocket({ rounds }) {
  const ours = await ofGateway(3 * rounds)
  const theirs = await ofPeer(3 * rounds)
  const lines = ours.toReversed().flatMap((mine) => {
    const other = theirs.find(({ count }) => count === mine.count)
    const line = (what, pick, rest) =>
      figure({
        what: `1 KB to ${mine.count.toLocaleString('en-US')} clients: ${what}`,
        value: pick(mine),
        peer: { name: 'socket.io 4.8', value: pick(other) },
        more: false,
        ...rest,
      })
    return [
      line('the last has it', (of) => median(of.ms), {
        unit: 'ms',
        target: targets[mine.count],
        targetRatio: 2,
        rounds: mine.ms,
      }),
      line('CPU per client', (of) => median(of.cpu), { unit: 'µs', rounds: mine.cpu }),
    ]
  })
  const memory = (list) => list[0].kilobytes
  return [
    ...lines,
    figure({
      what: `memory per idle client, of ${counts[0].toLocaleString('en-US')}`,
      value: memory(ours),
      unit: 'KB',
      more: false,
      target: 6,
      peer: { name: 'socket.io 4.8', value: memory(theirs) },
      rounds: ours.map(({ kilobytes }) => kilobytes),
    }),
  ]
}
