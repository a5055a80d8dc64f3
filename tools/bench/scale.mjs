// A thousand instances: listing, creating and restarting, and what a hundred linked ones cost.
import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { hush } from '../../tests/wasim/src/b.mjs'
import { Sim } from '../../tests/wasim/src/server.mjs'
import { Gateway } from '../../tests/e2e/lib/gateway.mjs'
import { pair } from '../../tests/e2e/lib/paired.mjs'
import { until } from '../../tests/e2e/lib/wait.mjs'
import { quiet } from './lib/daemon.mjs'
import { median, quantile } from './lib/numbers.mjs'
import { residentMegabytes } from './lib/processes.mjs'
import { figure } from './lib/report.mjs'
import { drive } from './lib/wrk.mjs'

const stored = 1000,
  linked = 100,
  connects = 64,
  opensAtOnce = 10
const limits = `instances: { opens_at_once: ${opensAtOnce} }\n`

async function create(gateway, instanceName) {
  const answer = await gateway.call('POST', '/instance/create', { body: { instanceName } })
  if (answer.status !== 201) throw new Error(`create: ${answer.text}`)
}

/** Milliseconds of each of `count` requests, one after the other on one connection. */
async function latencies(url, key, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const one = () =>
    new Promise((resolve, reject) => {
      const begin = performance.now()
      get(url, { agent, headers: { apikey: key } }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`))
        answer.resume().on('end', () => resolve(performance.now() - begin))
      }).on('error', reject)
    })
  const ms = []
  for (let n = 0; n < count; ++n) ms.push(await one())
  agent.destroy()
  return ms
}

/** Instances that nobody connects: how fast they are made, what they weigh, how fast they are listed. */
async function listing({ rounds, seconds }) {
  const gateway = await new Gateway({ env: quiet }).start()
  try {
    for (let n = 0; n < 50; ++n) await create(gateway, `warm-${n}`)
    const before = residentMegabytes(gateway.pid)
    const begin = performance.now()
    for (let n = 50; n < stored; ++n) await create(gateway, `i-${n}`)
    const perSecond = ((stored - 50) * 1000) / (performance.now() - begin)
    const each = ((residentMegabytes(gateway.pid) - before) * 1024) / (stored - 50)
    const target = { url: `${gateway.url}/instance/fetchInstances`, key: gateway.key, pid: gateway.pid }
    const p99 = [],
      rate = []
    for (let round = 0; round < rounds; ++round) {
      p99.push(quantile(await latencies(target.url, target.key, 1000), 0.99))
      rate.push((await drive(target, 32, seconds)).rate)
    }
    const name = `fetchInstances of ${stored.toLocaleString('en-US')}`
    return [
      figure({ what: 'create without QR, one after the other', value: perSecond, unit: '/s', more: true, target: 300 }),
      figure({ what: 'resident per created instance', value: each, unit: 'KB', more: false, target: 8 }),
      figure({ what: `${name}: p99 alone`, value: median(p99), unit: 'ms', more: false, target: 20, rounds: p99 }),
      figure({ what: `${name}, 32 connections`, value: median(rate), unit: '/s', more: true, target: 500, rounds: rate }),
    ]
  } finally {
    await gateway.remove()
  }
}

/** The most handshakes that the simulator saw at once, until `stop()`. */
function watchHandshakes(sim) {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, [...sim.conns].filter((conn) => !conn.active).length)
  }, 5)
  return () => {
    clearInterval(timer)
    return most
  }
}

/** A thousand stored instances, a hundred of them linked: a restart, and the memory of the bridges. */
async function restarting(sim) {
  const gateway = await new Gateway({ sim, env: quiet, config: limits }).start()
  try {
    const devices = []
    for (let n = 0; n < stored; ++n) await create(gateway, `i-${n}`)
    for (let n = 0; n < linked; ++n)
      devices.push(await pair(gateway, sim, { name: `i-${n}`, phone: String(15_553_000_000 + n) }))
    await gateway.stop()
    const stop = watchHandshakes(sim)
    const begin = performance.now()
    await gateway.start()
    const health = performance.now() - begin
    await until('all to be open', () => devices.every((jid) => sim.store.device(jid)?.online), 180_000)
    const open = (performance.now() - begin) / 1000
    const most = stop()
    await new Promise((resolve) => setTimeout(resolve, 20_000)) // idle: garbage of the start is gone
    const megabytes = gateway.bridges().reduce((sum, pid) => sum + residentMegabytes(pid), 0)
    const what = `restart with ${stored.toLocaleString('en-US')} stored, ${linked} linked`
    return [
      figure({ what: `${what}: /health 200`, value: health, unit: 'ms', more: false, target: 500 }),
      figure({ what: `${what}: all open`, value: open, unit: 's', more: false, target: 60 }),
      figure({ what: `${what}: most handshakes at once`, value: most, unit: '', more: false, target: opensAtOnce }),
      figure({ what: `bridges of ${linked} idle linked instances: resident`, value: megabytes, unit: 'MB', more: false, target: 300 }),
    ]
  } finally {
    await gateway.remove()
  }
}

/** Everybody wants a QR code at once. */
async function connecting(sim) {
  const gateway = await new Gateway({ sim, env: quiet }).start()
  try {
    for (let n = 0; n < connects; ++n) await create(gateway, `i-${n}`)
    const ask = async (n) => {
      const begin = performance.now()
      const answer = await gateway.call('GET', `/i-${n}/instance/connect`)
      return { ms: performance.now() - begin, qr: Boolean(answer.json?.qrcode?.code) }
    }
    const answers = await Promise.all(Array.from({ length: connects }, (_, n) => ask(n)))
    const withQr = (100 * answers.filter((a) => a.qr).length) / connects
    const seconds = quantile(answers.map((a) => a.ms), 0.99) / 1000
    const what = `${connects} parallel connects of fresh instances`
    return [
      figure({ what: `${what}: with a QR code`, value: withQr, unit: '%', more: true, target: 100 }),
      figure({ what: `${what}: p99`, value: seconds, unit: 's', more: false, target: 10 }),
    ]
  } finally {
    await gateway.remove()
  }
}

export default async function scale(options) {
  hush()
  const sim = await new Sim().start()
  try {
    return [...(await listing(options)), ...(await restarting(sim)), ...(await connecting(sim))]
  } finally {
    await sim.stop()
  }
}
