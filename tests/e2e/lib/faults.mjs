// Faults that a gateway must outlast, by name. Each is done to a world { gateway, sim, sink } and resolves when it is over, though not
// with what follows from it.
import { setTimeout as pause } from 'node:timers/promises'

/** How long something stands still or is away. */
const A_WHILE_MS = 700

export const FAULTS = {
  async 'the daemon is killed'({ gateway }) {
    await gateway.kill9()
    await gateway.start()
  },
  async 'the daemon is stopped and started'({ gateway }) {
    await gateway.stop()
    await gateway.start()
  },
  async 'the daemon stands still'({ gateway }) {
    process.kill(gateway.pid, 'SIGSTOP')
    await pause(A_WHILE_MS)
    process.kill(gateway.pid, 'SIGCONT')
  },
  async 'the bridge is killed'({ gateway }) {
    for (const bridge of gateway.bridges()) process.kill(bridge, 'SIGKILL')
  },
  async 'the bridge stands still'({ gateway }) {
    const bridges = gateway.bridges()
    for (const bridge of bridges) process.kill(bridge, 'SIGSTOP')
    await pause(A_WHILE_MS)
    for (const bridge of bridges) process.kill(bridge, 'SIGCONT')
  },
  async 'the receiver is away'({ sink }) {
    await sink.down()
    await pause(A_WHILE_MS)
    await sink.up()
  },
  async 'the receiver fails'({ sink }) {
    const { answer } = sink
    sink.answer = () => 503
    await pause(A_WHILE_MS)
    sink.answer = answer
  },
  async 'WhatsApp cuts every link'({ sim }) {
    sim.drop([...sim.conns])
  },
  async 'WhatsApp is away'({ sim }) {
    await sim.restart(A_WHILE_MS)
  },
}
