// Two people (simulated, so that a fault of theirs is none of ours) write to an instance in numbered streams while one fault after another is done to the gateway, the bridge, the receiver and
// WhatsApp: nothing is lost, doubled or disordered. COLIBRI_FAULT_ROUNDS faults as COLIBRI_SEED chooses them, each kind at least once.
import { after, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { trustRoot } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { FAULTS } from './lib/faults.mjs'
import { Gateway } from './lib/gateway.mjs'
import { Ledger } from './lib/ledger.mjs'
import { created, pair } from './lib/paired.mjs'
import { Random } from './lib/random.mjs'
import { Sink, textOf } from './lib/sink.mjs'
import { until } from './lib/wait.mjs'

hush()
const US = '15550000001'
const PEERS = { bob: '15550000002', carol: '15550000003' }
const MESSAGES_A_ROUND = 6
const seed = Number(process.env.COLIBRI_SEED ?? 4711)
const rounds = Number(process.env.COLIBRI_FAULT_ROUNDS ?? Object.keys(FAULTS).length)
const random = new Random(seed)
const ledger = new Ledger('the receiver')
let world

before(async () => {
  const sim = await new Sim().start()
  trustRoot(sim.identity.rootPublic)
  const gateway = await new Gateway({ sim }).start()
  const sink = await new Sink(gateway).up()
  world = { gateway, sim, sink }
  for (const [name, phone] of Object.entries(PEERS)) sim.account(phone, name)
  await pair(gateway, sim, await created(gateway, 'first', US, sink.url))
})
after(async () => {
  await world?.gateway.remove()
  await world?.sink.down()
  await world?.sim.stop()
})

/** The next numbers of one person's stream, in order. */
async function write(name, from) {
  const phone = world.sim.phone(world.sim.account(PEERS[name]))
  for (let n = from; n < from + MESSAGES_A_ROUND; n++) {
    ledger.sent(name, n)
    await phone.sendMessage(`${US}@s.whatsapp.net`, `${name} ${n}`)
  }
}
/** Enters what has come since the last time. */
let seen = 0
function hear() {
  const { received } = world.sink
  for (; seen < received.length; seen++) {
    const [chat, n] = (textOf(received[seen]) ?? '').split(' ')
    if (chat in PEERS) ledger.arrived(chat, Number(n), received[seen].id)
  }
  return ledger.missing
}

test('nothing is lost, doubled or disordered, whatever fails', { timeout: 120_000 + rounds * 20_000 }, async (t) => {
  const kinds = Object.keys(FAULTS)
  for (let round = 0; round < rounds; round++) {
    const kind = round < kinds.length ? kinds[round] : random.of(kinds)
    const from = round * MESSAGES_A_ROUND
    await Promise.all([FAULTS[kind](world), ...Object.keys(PEERS).map((name) => write(name, from))])
    await until(
      () => `everything after "${kind}" (round ${round}, COLIBRI_SEED=${seed}); missing: ${ledger.verdict().lost}`,
      () => hear() === 0,
      60_000,
    )
  }
  ledger.check()
  t.diagnostic(`${ledger.arrivals} arrivals in ${rounds} rounds, ${ledger.repeats} of them repeats; seed ${seed}`)
})
