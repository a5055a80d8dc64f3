// Runs the benchmarks named and reports; started by tools/bench/run, which builds first.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../../tests/e2e/lib/gateway.mjs'
import { table } from './lib/report.mjs'

const all = ['backlog', 'http', 'idle', 'isolation', 'rabbitmq', 'scale', 'start', 'store', 'webhook', 'websocket']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } },
})
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
const names = positionals.length ? positionals : all
const unknown = names.find((name) => !all.includes(name))
if (unknown || !(options.rounds >= 1) || !(options.seconds >= 1)) {
  console.error(`${unknown ? `there is no benchmark ${unknown}` : 'N is a number from 1 on'}; see tools/bench/run --help`)
  process.exit(64)
}

// Not console: the simulator's libraries print there, so it is silenced with them.
const print = (text) => process.stdout.write(`${text}\n`)
const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
const machine = {
  at: new Date().toISOString(),
  commit: git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') ? ' and changes' : ''),
  cpu: `${cpus().length} x ${cpus()[0].model.trim()}`,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
}
print(`${machine.cpu}, ${machine.memoryGB} GB, Linux ${machine.kernel}, Node.js ${machine.node}, commit ${machine.commit}`)

const figures = []
for (const name of names) {
  print(`… ${name}`)
  const { default: benchmark } = await import(`./${name}.mjs`)
  figures.push(...(await benchmark(options)))
}
print(`\n${table(figures)}\n`)

const folder = join(root, 'build/bench-results')
mkdirSync(folder, { recursive: true })
const file = join(folder, `${machine.at.replaceAll(':', '')}.json`)
writeFileSync(file, JSON.stringify({ machine, options, figures }, null, 2) + '\n')
print(`written to ${file}`)
