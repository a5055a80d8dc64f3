// Events made durable in a second; see core/store/store_bench.cpp.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { alternate, median } from './lib/numbers.mjs'
import { figure } from './lib/report.mjs'

const run = promisify(execFile)
const peerName = 'SQLite, a commit per event'

async function once(seconds) {
  const { stdout } = await run(join(process.env.COLIBRI_BUILD, 'core/store/store-bench'), [process.env.TMPDIR ?? '/tmp', `${seconds}`])
  const rates = new Map()
  for (const [, name, rate] of stdout.matchAll(/^(\S.*?) +(\d+) events\/s/gm)) rates.set(name, Number(rate))
  return rates
}

export default async function store({ rounds, seconds }) {
  const [results] = await alternate(rounds, () => once(seconds))
  const line = (name, peer, target) => {
    const of = (wanted) => results.map((rates) => rates.get(wanted))
    return figure({
      what: `${name}, 64 producers`,
      unit: 'events/s',
      more: true,
      value: median(of(name)),
      target,
      peer: { name: peerName, value: median(of(peer)) },
      rounds: of(name),
    })
  }
  return [
    line('durable append', 'a commit per event: append', 15_000),
    line('durable append with a dedupe key', 'a commit per event: append'),
    line('append + acknowledge (coalesced cursor)', 'a commit per event: append + acknowledge', 12_000),
    line('append with a dedupe key + acknowledge', 'a commit per event: append + acknowledge'),
  ]
}
