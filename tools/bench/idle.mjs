// Ten thousand keep-alive connections that made one request each and then say nothing.
import { once } from 'node:events'
import { connect } from 'node:net'
import { gatewayWithInstance } from './lib/daemon.mjs'
import { median } from './lib/numbers.mjs'
import { residentMegabytes, startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'
import { drive } from './lib/wrk.mjs'

const count = 10_000
const atOnce = 100

/** Opens the connections; resolves with how to count those that were answered 200 and still are open, and to close all. */
async function hold({ url, key = 'none' }) {
  const { hostname, port, pathname } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\napikey: ${key}\r\n\r\n`
  const sockets = new Set()
  const one = async () => {
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    await once(socket, 'connect')
    socket.write(request)
    const [answer] = await once(socket, 'data')
    if (answer.toString().startsWith('HTTP/1.1 200')) sockets.add(socket)
  }
  for (let done = 0; done < count; done += atOnce) await Promise.all(Array.from({ length: atOnce }, one))
  const close = () => Promise.all([...sockets].map((socket) => once(socket.destroy(), 'close')))
  return { held: () => sockets.size, close }
}

async function measure(target, rounds, seconds) {
  const result = { held: [], resident: [], kept: [], rate: [] }
  // Each round has its own unloaded rate: a busy machine changes from one second to the next.
  for (let round = 0; round < rounds; ++round) {
    const unloaded = await drive(target, 32, seconds)
    const idle = await hold(target)
    const loaded = await drive(target, 32, seconds)
    result.held.push(idle.held())
    result.resident.push(residentMegabytes(target.pid))
    result.rate.push(loaded.rate)
    result.kept.push((100 * loaded.rate) / unloaded.rate)
    await idle.close()
  }
  return result
}

export default async function idle({ rounds, seconds }) {
  const { gateway, target } = await gatewayWithInstance()
  const express = await startPeer('express')
  try {
    const ours = await measure(target, rounds, seconds)
    const theirs = await measure({ url: `${express.url}/a/instance/connectionState`, pid: express.pid }, 1, seconds)
    const line = (what, key, more, pick, rest) =>
      figure({
        what: `${count.toLocaleString('en-US')} idle connections: ${what}`,
        value: pick(ours[key]),
        peer: { name: 'Express 5 hello', value: pick(theirs[key]) },
        more,
        rounds: ours[key],
        ...rest,
      })
    const worst = (list) => Math.min(...list)
    return [
      line('held', 'held', true, worst, { unit: 'connections', target: count }),
      line('resident', 'resident', false, (list) => Math.max(...list), { unit: 'MB', target: 40 }),
      line('API rate of the unloaded one', 'kept', true, median, { unit: '%', target: 80 }),
    ]
  } finally {
    await express.stop()
    await gateway.remove()
  }
}
