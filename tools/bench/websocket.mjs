// One event of a kilobyte to thousands of clients of Socket.IO: from the request that causes it until the last has it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Gateway, program } from '../../tests/e2e/lib/gateway.mjs'
import { opened } from '../../tests/e2e/lib/spoken.mjs'
import { quiet } from './lib/daemon.mjs'
import { alternate, median } from './lib/numbers.mjs'
import { cpuMicroseconds, residentMegabytes, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'

// The most first: memory that clients leave behind would serve the next ones.
const counts = [10_000, 5000, 1000]
// A new connection acknowledges each of its first 16 segments by itself, which costs the sender too.
const unheard = 16
const heard = 9
const targets = { 1000: 30, 5000: 150, 10000: 350 }

/** So many clients; `round()` resolves with how many milliseconds after `request` the last of them had what it causes. */
async function crowd({ url, key, request }, count) {
  const child = spawn(program('bench-listeners'), [new URL(url).port, `${count}`, key, request], {
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
    async round() {
      child.stdin.write('\n')
      return Number(await line(/^[\d.]+$/))
    },
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/** The bytes of a request, which the clients send themselves: a client in this process would take its time on their cores. */
const http = (method, path, headers = {}, body = '') =>
  [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries({ host: 'localhost', 'content-length': body.length, ...headers }).map((pair) => pair.join(': ')),
    '',
    body,
  ].join('\r\n')

async function measure(server) {
  const { pid } = server
  const results = []
  for (const count of counts) {
    const before = residentMegabytes(pid)
    const clients = await crowd(server, count)
    try {
      const kilobytes = (1024 * (residentMegabytes(pid) - before)) / count
      for (let i = 0; i < unheard; ++i) await clients.round()
      const [ms, cpu] = [[], []]
      for (let i = 0; i < heard; ++i) {
        const used = cpuMicroseconds(pid)
        ms.push(await clients.round())
        cpu.push((cpuMicroseconds(pid) - used) / count)
      }
      results.push({ count, kilobytes, ms, cpu })
    } finally {
      await clients.stop()
    }
  }
  return results
}

async function ofGateway() {
  const gateway = await new Gateway({ env: quiet, config: '  generator: {}\n  websocket: {}\n' }).start()
  try {
    const { hash } = await opened(gateway, 'shop', { websocket: { enabled: true, events: ['SEND_MESSAGE'] } })
    const headers = { apikey: hash.apikey, 'content-type': 'application/json' }
    const body = JSON.stringify({ number: '15550000002', text: 'x'.repeat(800) })
    const request = http('POST', '/shop/message/sendText', headers, body)
    return await measure({ url: gateway.url, pid: gateway.pid, key: hash.apikey, request })
  } finally {
    await gateway.remove()
  }
}

async function ofPeer() {
  const peer = await startPeer('socketio')
  try {
    return await measure({ url: peer.url, pid: peer.pid, key: 'none', request: http('GET', '/emit') })
  } finally {
    await peer.stop()
  }
}

/** Of the rounds' results, those of `count` together. */
function together(rounds, count) {
  const all = rounds.map((results) => results.find((one) => one.count === count))
  return {
    ms: all.flatMap(({ ms }) => ms),
    cpu: all.flatMap(({ cpu }) => cpu),
    kilobytes: all.map(({ kilobytes }) => kilobytes),
  }
}

export default async function websocket({ rounds }) {
  const [ours, theirs] = await alternate(rounds, ofGateway, ofPeer)
  const line = (count, what, pick, rest) => {
    const mine = pick(together(ours, count))
    return figure({
      what,
      value: median(mine),
      peer: { name: 'socket.io 4.8', value: median(pick(together(theirs, count))) },
      more: false,
      rounds: mine,
      ...rest,
    })
  }
  const lines = counts.toReversed().flatMap((count) => {
    const what = `1 KB to ${count.toLocaleString('en-US')} clients`
    const bounds = { unit: 'ms', target: targets[count], targetRatio: 2 }
    return [
      line(count, `${what}: the last has it`, ({ ms }) => ms, bounds),
      line(count, `${what}: CPU per client`, ({ cpu }) => cpu, { unit: 'µs' }),
    ]
  })
  const [most] = counts
  const memory = `memory per idle client, of ${most.toLocaleString('en-US')}`
  return [...lines, line(most, memory, ({ kilobytes }) => kilobytes, { unit: 'KB', target: 6 })]
}
