// An authenticated read of the API under load, against an Express 5 server that only says hello.
import { execFileSync } from 'node:child_process'
import { gatewayWithInstance } from './lib/daemon.mjs'
import { alternate, median } from './lib/numbers.mjs'
import { startPeer } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'
import { drive } from './lib/wrk.mjs'

/** Express depends much on its Node.js: the one that the bridge brings and, if it is another, the system's. */
async function expresses() {
  const versions = new Map([[process.version, process.execPath]])
  try {
    versions.set(execFileSync('node', ['--version'], { encoding: 'utf8' }).trim(), 'node')
  } catch {
    // the system has none
  }
  return Promise.all(
    [...versions].map(async ([version, program]) => {
      const server = await startPeer('express', [], program)
      const url = `${server.url}/a/instance/connectionState`
      return { name: `Express 5, Node.js ${version.slice(1)}`, server, target: { url, pid: server.pid } }
    }),
  )
}

export default async function http({ rounds, seconds }) {
  const { gateway, target } = await gatewayWithInstance()
  const peers = await expresses()
  const figures = []
  try {
    // Unpipelined, wrk on its core is what limits the gateway, and says little about how much it could serve.
    for (const [connections, pipelined] of [32, 256].flatMap((n) => [[n, false], [n, true]])) {
      const [ours, ...theirs] = await alternate(
        rounds,
        ...[target, ...peers.map((peer) => peer.target)].map((each) => () => drive(each, connections, seconds, { pipelined })),
      )
      const middle = (list, key) => median(list.map((round) => round[key]))
      for (const [index, { name }] of peers.entries()) {
        const against = (key) => ({
          value: middle(ours, key),
          peer: { name, value: middle(theirs[index], key) },
          rounds: { ours: ours.map((round) => round[key]), peer: theirs[index].map((round) => round[key]) },
        })
        const what = `GET connectionState, ${connections} connections${pipelined ? ', 8 pipelined' : ''}`
        figures.push(
          figure({ what, unit: 'requests/s', more: true, targetRatio: 12, ...against('rate') }),
          figure({ what: `${what}: CPU per request`, unit: 'µs', more: false, target: 25, ...against('cpu') }),
        )
      }
    }
  } finally {
    await Promise.all(peers.map((peer) => peer.server.stop()))
    await gateway.remove()
  }
  return figures
}
