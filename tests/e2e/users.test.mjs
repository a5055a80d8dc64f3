// A daemon that was started as root: it becomes another user, its bridges a third, and neither can go back or look over.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway, isRunning, program, root, simulatorEnv } from './lib/gateway.mjs'
import { landlock, startTakenOver } from './lib/hostile.mjs'
import { until } from './lib/wait.mjs'

hush()
const OWN = 'daemon',
  BRIDGES = 'nobody' // users of every Debian

const as = (user, ...command) =>
  spawnSync('setpriv', [`--reuid=${user}`, `--regid=${groupOf(user)}`, '--clear-groups', ...command], { encoding: 'utf8' })
const groupOf = (user) => spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout.trim()
const idOf = (user) => Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout)
const mayLook = [program('plugins'), root].every((path) => as(BRIDGES, 'ls', path).status === 0)
const skip =
  (process.getuid() !== 0 && 'only root can start a process as another user') ||
  (!mayLook && `${root} is in a folder that other users may not enter`)

let sim, gateway
beforeEach(() => {
  gateway = new Gateway({ config: `process: { user: ${OWN}, bridge_user: ${BRIDGES} }\n`, env: { COLIBRI_PROCESS_USER: '', COLIBRI_PROCESS_BRIDGE_USER: '' } })
  chmodSync(gateway.dir, 0o711)
})
afterEach(async () => {
  await gateway.remove()
  await sim?.stop()
  sim = undefined
})

/** The real, effective, saved and file system's user of a process; its rights as the kernel writes them. */
const status = (pid, line) => readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${line}:[ \\t]*(.*)`, 'm'))[1]
const usersOf = (pid) => status(pid, 'Uid').split('\t').map(Number)
const four = (id) => [id, id, id, id]

/** One instance whose bridge runs. */
async function withBridge() {
  sim = await new Sim().start()
  Object.assign(gateway.env, simulatorEnv(sim))
  await gateway.start()
  const answer = await gateway.call('POST', '/instance/create', { body: { instanceName: 'first', qrcode: true } })
  assert.equal(answer.status, 201, answer.text)
  await post(sim.adminUrl, 'scan-qr', { qr: answer.json.qrcode.code, phone: '15550000001', name: 'Us' })
  await until('open', async () => (await gateway.state('first')) === 'open')
  return gateway.bridges()[0]
}

test('started as root, neither the daemon nor a bridge has a right of root left, nor a bridge anything of the daemon', { skip }, async () => {
  const bridge = await withBridge()
  assert.deepEqual(usersOf(gateway.pid), four(idOf(OWN)))
  assert.deepEqual(usersOf(bridge), four(idOf(BRIDGES)))
  for (const pid of [gateway.pid, bridge]) {
    for (const rights of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.match(status(pid, rights), /^0+$/, rights)
    assert.equal(status(pid, 'NoNewPrivs'), '1')
  }
  assert.equal(status(bridge, 'Groups').trim(), '')
  assert.equal(readFileSync(`/proc/${bridge}/environ`, 'utf8'), 'NODE_ENV=production\0LANG=C.UTF-8\0')
  const inherited = readdirSync(`/proc/${bridge}/fd`)
    .map((fd) => readlinkSync(`/proc/${bridge}/fd/${fd}`))
    .filter((target) => !/^(anon_inode|pipe|socket):|^\/dev\/null$/.test(target))
  assert.deepEqual(inherited, [])
})

test('Attack: a bridge that was taken over can neither look at the daemon nor at its files, nor end it', { skip }, async () => {
  const kept = ['master.key', 'colibri.db', 'colibri.db-wal'].map((file) => join(gateway.dataDir, file))
  const files = [gateway.configFile, ...kept]
  for (const could of await startTakenOver(gateway, { reads: files, writes: files })) {
    assert.deepEqual([could.read, could.write, could.end], [[], [], false])
    assert.ok(!could.look.includes(String(gateway.pid)))
    if (landlock() >= 1) assert.deepEqual(could.look, [], 'it looks into other bridges')
  }
  for (const file of kept) assert.ok(statSync(file).size > 0, `${file} is not there, so nobody could have read it`)
})

test("another user's bridge is watched, ended and started again as the daemon's own are", { skip }, async () => {
  gateway.env.COLIBRI_BAILEYS_TEST_TIMING_PING_MS = '1000'
  const first = await withBridge()
  process.kill(first, 'SIGSTOP') // it hangs: only a signal can end it
  await until('another bridge', () => gateway.bridges().some((pid) => pid !== first), 60_000)
  assert.ok(!isRunning(first))
  await until('open', async () => (await gateway.state('first')) === 'open', 30_000)
  const [second] = gateway.bridges()
  process.kill(second, 'SIGSTOP')
  await gateway.kill9()
  await until('the hanging bridge to end with the daemon', () => !isRunning(second))
  await gateway.start()
  await until('open', async () => (await gateway.state('first')) === 'open', 30_000)
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
})

test('a data folder that root has kept so far goes on, handed over to the last file', { skip }, async () => {
  gateway.env.COLIBRI_PROCESS_USER = 'root'
  gateway.env.COLIBRI_PROCESS_BRIDGE_USER = 'root'
  await gateway.start()
  assert.equal((await gateway.call('POST', '/instance/create', { body: { instanceName: 'first' } })).status, 201)
  await gateway.kill9() // the write-ahead log stays
  mkdirSync(join(gateway.dataDir, 'blobs', '1'), { mode: 0o700 })
  writeFileSync(join(gateway.dataDir, 'blobs', '1', 'a'.repeat(32)), 'a blob', { mode: 0o600 })
  delete gateway.env.COLIBRI_PROCESS_USER
  delete gateway.env.COLIBRI_PROCESS_BRIDGE_USER
  await gateway.start()
  assert.equal((await gateway.call('GET', '/instance/fetchInstances')).json[0].instanceName, 'first')
  for (const file of ['.', ...readdirSync(gateway.dataDir), 'blobs/1', `blobs/1/${'a'.repeat(32)}`])
    assert.equal(statSync(join(gateway.dataDir, file)).uid, idOf(OWN), file)
})

test("Attack: a link in the data folder does not give away root's files", { skip }, async () => {
  const precious = join(gateway.dir, 'shadow')
  writeFileSync(precious, 'of root', { mode: 0o600 })
  linkSync(precious, join(gateway.dataDir, 'colibri.db.old'))
  await gateway.start()
  assert.equal(statSync(precious).uid, 0)
  assert.equal(statSync(join(gateway.dataDir, 'master.key')).uid, idOf(OWN))
})

test('Attack: a folder of the system that was named as the data folder is not given away', { skip }, () => {
  for (const make of [(path) => mkdirSync(path), (path) => symlinkSync('/etc/passwd', path)]) {
    const stranger = join(gateway.dataDir, `stranger${readdirSync(gateway.dataDir).length}`)
    make(stranger)
    assert.match(gateway.refusal(), new RegExp(`is root's, and is not given to the user ${OWN} .*stranger0: .*chown ${OWN} ${gateway.dataDir}`))
    assert.equal(statSync(gateway.dataDir).uid, 0)
  }
})

test('without the right to change users the start is refused, and says how to go on', { skip }, () => {
  const said = gateway.refusal(['setpriv', '--bounding-set=-setuid'])
  assert.match(said, /process\.bridge_user: .*Operation not permitted; or set process\.bridge_user: root to leave it as it is/)
  gateway.env.COLIBRI_PROCESS_BRIDGE_USER = 'root'
  assert.match(gateway.refusal(['setpriv', '--bounding-set=-setuid']), /process\.user: .*Operation not permitted; or set process\.user: root/)
})

test('a user that there is not, or the same one twice, is refused', { skip }, () => {
  gateway.env.COLIBRI_PROCESS_BRIDGE_USER = OWN
  assert.match(gateway.refusal(), /process\.bridge_user: must be another user than process\.user/)
  gateway.env.COLIBRI_PROCESS_USER = 'nobody-here'
  assert.match(gateway.refusal(), /process\.user: there is no user nobody-here, allowed: root/)
})

test('a gateway on a low port keeps the right to open it and no other', { skip }, async (t) => {
  const inItsOwnNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh']
  if (spawnSync('unshare', ['--net', 'true']).status !== 0) return t.skip('network namespaces are not allowed')
  gateway.launcher = inItsOwnNetwork
  gateway.env.SERVER_PORT = '80'
  gateway.start().catch(() => {}) // nobody reaches it from here
  await until(
    () => `it to listen: ${gateway.output}`,
    () => gateway.output.includes('listening host=127.0.0.1 port=80'),
  )
  assert.equal(status(gateway.pid, 'CapPrm'), '0000000000000400')
})
