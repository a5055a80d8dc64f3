// The daemon as a process among others: who may look into its memory, which signals it takes, whose files it trusts.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { landlock, startTakenOver } from './lib/hostile.mjs'
import { canRead, equalsLauncher } from './lib/same_user.mjs'
import { until } from './lib/wait.mjs'

let gateway
afterEach(() => gateway.remove())

/** Changes the configuration's file and has it read again. */
async function hangUp(change = (text) => text) {
  writeFileSync(gateway.configFile, change(readFileSync(gateway.configFile, 'utf8')))
  gateway.child.kill('SIGHUP')
}
const logged = (what, where = () => gateway.output) =>
  until(
    () => `${what} in the log; it is ${where()}`,
    () => what.exec(where()),
  )

const coreLimit = (pid) => readFileSync(`/proc/${pid}/limits`, 'utf8').match(/Max core file size +(\S+)/)[1]

test('Attack: a process of the same user reads neither the memory nor the environment of the daemon', async (t) => {
  gateway = await new Gateway({ launcher: equalsLauncher }).start()
  const [command, ...args] = [...equalsLauncher, 'sleep', '600']
  const ordinary = spawn(command, args, { stdio: 'ignore' })
  t.after(() => ordinary.kill('SIGKILL'))
  await until('the attack to succeed on an ordinary process', () => canRead(ordinary.pid, 'environ'))
  for (const file of ['mem', 'environ', 'maps', 'auxv'])
    assert.ok(!canRead(gateway.pid, file), `/proc/PID/${file} can be read`)
})

test('Attack: a crash leaves no core file with the keys in it', async () => {
  gateway = await new Gateway({ launcher: ['sh', '-c', 'ulimit -c "$(ulimit -H -c)"; exec "$@"', 'sh'] }).start()
  assert.equal(coreLimit(gateway.pid), '0')
})

test('developers may look into a daemon that they started as debuggable', async () => {
  gateway = new Gateway({ launcher: equalsLauncher, config: 'process: { debuggable: true }\n' })
  await gateway.start()
  assert.ok(canRead(gateway.pid, 'environ'))
  assert.ok(canRead(gateway.pid, 'mem'))
})

test('Attack: signals that mean nothing to it do not end the daemon', async () => {
  gateway = await new Gateway().start()
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGPWR', 'SIGXFSZ', 'SIGPIPE'])
    gateway.child.kill(signal)
  gateway.child.kill('SIGHUP') // is answered by a line, after those before it
  await logged(/was read again/)
  assert.equal((await fetch(`${gateway.url}/health`)).status, 200)
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
})

test('SIGQUIT drains as SIGTERM does', async () => {
  gateway = await new Gateway().start()
  gateway.child.kill('SIGQUIT')
  assert.deepEqual(await gateway.gone, { code: 0, signal: null })
  assert.match(gateway.output, /app: stopped/)
})

/** A daemon that logs to a file; its ways to say where it listens and what it wrote. */
async function withLogFile() {
  gateway = new Gateway()
  const file = join(gateway.dir, 'colibri.log')
  writeFileSync(file, '')
  writeFileSync(gateway.configFile, readFileSync(gateway.configFile, 'utf8').replace('log: {', `log: { file: "${file}",`))
  await gateway.start({ log: () => readFileSync(file, 'utf8') })
  return { file, lines: () => (existsSync(file) ? readFileSync(file, 'utf8') : '') }
}

test('SIGHUP opens a rotated log file again, also when the configuration has become wrong', async () => {
  const { file, lines } = await withLogFile()
  renameSync(file, `${file}.1`)
  await hangUp()
  await logged(/the configuration was read again/, lines)
  renameSync(file, `${file}.2`)
  await hangUp((text) => text.replace('server: {', 'server: { prt: 1,'))
  const [line] = await logged(/error app: the configuration is not good and was not taken.*/, lines)
  assert.match(line, /colibri\.yaml:1:\d+: server\.prt: is not a known key/)
  assert.equal((await gateway.call('GET', '/instance/fetchInstances')).status, 200)
})

test('SIGHUP takes a new level of the log at once and names what waits for the next start', async () => {
  const { lines } = await withLogFile()
  await hangUp((text) => text.replace('level: debug', 'level: warn').replace('port: 0', 'port: 0, idle_timeout_s: 76'))
  await logged(/warn app: changed keys that take effect with the next start keys=server\.idle_timeout_s\n/, lines)
  assert.doesNotMatch(lines(), /info app: the configuration was read again/, 'the level is still debug')
})

const modeOf = (path) => (statSync(path).mode & 0o777).toString(8)

test('Attack: under a umask of 0 every file that the daemon makes is for its owner alone', async () => {
  gateway = new Gateway({ launcher: ['sh', '-c', 'umask 0; exec "$@"', 'sh'] })
  gateway.dataDir = join(gateway.dir, 'new', 'data')
  gateway.env.COLIBRI_DATA_DIR = gateway.dataDir + '/'
  await gateway.start()
  assert.equal(modeOf(gateway.dataDir), '700')
  const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true })
  const names = files.map(({ name }) => name)
  assert.ok(names.includes('master.key') && names.includes('colibri.db-wal') && names.includes('blobs'), names)
  for (const file of files) assert.equal(modeOf(join(file.parentPath, file.name)), file.isDirectory() ? '700' : '600', file.name)
})

test('Attack: what others may change is refused, with the command that helps', async () => {
  gateway = new Gateway()
  chmodSync(gateway.dataDir, 0o777)
  assert.match(gateway.refusal(), new RegExp(`the data folder .* others than its owner: chmod go-w ${gateway.dataDir}`))
  chmodSync(gateway.dataDir, 0o700)
  chmodSync(gateway.configFile, 0o660)
  assert.match(gateway.refusal(), new RegExp(`chmod go-w ${gateway.configFile}`))
  chmodSync(gateway.configFile, 0o644)
  const said = gateway.refusal()
  assert.match(said, /colibri\.yaml:2:\d+: authentication\.api_key: is a secret in a file that any user may read: chmod o-r/)
  chmodSync(gateway.configFile, 0o640)
  await gateway.start()
})

test('Attack: a bridge that others may change is not run', async () => {
  gateway = new Gateway()
  const bridge = join(gateway.dir, 'bridge')
  mkdirSync(bridge)
  writeFileSync(join(bridge, 'main.mjs'), '', { mode: 0o600 })
  chmodSync(join(bridge, 'main.mjs'), 0o606)
  gateway.env.COLIBRI_BAILEYS_BRIDGE_DIR = bridge
  await gateway.start()
  assert.match(gateway.output, /bridge_dir: \S+main\.mjs may be written by others than its owner: chmod -R go-w/)
})

test('Attack: bridges that were taken over change no file and look into no other process', async (t) => {
  if (landlock() < 1) return t.skip('this kernel has no Landlock')
  gateway = new Gateway({ launcher: equalsLauncher })
  const writes = [gateway.configFile, join(gateway.dataDir, 'master.key'), join(gateway.dataDir, 'colibri.db'), join(gateway.dir, 'new')]
  for (const could of await startTakenOver(gateway, { reads: [], writes })) {
    assert.deepEqual([could.write, could.look], [[], []])
    if (landlock() >= 6) assert.equal(could.end, false, 'it can signal the daemon')
  }
})
