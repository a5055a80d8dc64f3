// colibrictl as people use it: in a terminal, beside a running gateway, with a phone whose camera reads what is drawn.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { hush } from '../wasim/src/b.mjs'
import { post } from '../wasim/client.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { Gateway, program } from './lib/gateway.mjs'
import { scanPixels } from './lib/qr.mjs'
import { TcpProxy } from './lib/tcp_proxy.mjs'
import { Terminal } from './lib/terminal.mjs'
import { until } from './lib/wait.mjs'

hush()
const CODES = 10 // of one attempt: enough for a slow machine to read two
const PEER = '15550000002'
const EVIL = 'Eve\x1b[2J\x1b]0;owned\x07\u202e\u009b31m' // clears the screen, sets the title, turns the text, colours it
let sim, gateway, patient, lonely
const open = []
before(async () => {
  sim = await new Sim().start()
  const env = { COLIBRI_BAILEYS_TEST_TIMING_QR_MS: '800', QRCODE_LIMIT: String(CODES) }
  gateway = new Gateway({ sim, env, config: '  websocket: {}\n' })
  patient = new Gateway({ sim }) // its codes are good for as long as they are
  await Promise.all([gateway.start(), patient.start()])
  await admin('account', { phone: PEER, name: 'Ana' })
  await linked('first', '15550000001', 'Shop')
  lonely = new Terminal([program('colibrictl'), 'instance', 'connect', 'lonely'], { env: variables() }) // it takes its time
})
afterEach(() => {
  for (const one of open.splice(0)) one.end()
})
after(async () => {
  lonely?.end()
  await Promise.all([gateway?.remove(), patient?.remove()])
  await sim?.stop()
})
const admin = (path, body) => post(sim.adminUrl, path, body)

/** The variables of somebody at this machine who has configured nothing else. */
const variables = (of = gateway) => ({ PATH: process.env.PATH, COLIBRICTL_URL: of.url, COLIBRICTL_KEY: of.key })
function inTerminal(words, options) {
  const terminal = new Terminal([program('colibrictl'), ...words], { env: variables(), ...options })
  open.push(terminal)
  return terminal
}
/** An instance that a phone, whose user has that name, has linked without a terminal. */
async function linked(instance, phone, name) {
  const { json } = await gateway.call('POST', '/instance/create', {
    body: { instanceName: instance, qrcode: true, websocket: { enabled: true } },
  })
  await admin('scan-qr', { qr: json.qrcode.code, phone, name })
  await until(`${instance} to be open`, async () => (await gateway.state(instance)) === 'open')
}
/** Without a terminal: {code, stdout, stderr} once it has ended; `heard(text)` resolves when it has said that. */
function run(words, more = {}) {
  const child = spawn(program('colibrictl'), words, { env: { ...variables(), ...more } })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text))
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
  open.push({ end: () => child.kill('SIGKILL') })
  return Object.assign(ended, {
    child,
    heard: (pattern) =>
      until(
        () => `${pattern}; so far: ${JSON.stringify(said)}`,
        () => pattern.test(said.stdout) && said.stdout,
        10_000,
      ),
  })
}

test('a code is drawn and renewed in place, a camera reads it on dark and on light, and the phone is connected', async () => {
  const terminal = inTerminal(['instance', 'connect', 'drawn'])
  const first = await terminal.code()
  assert.equal(terminal.scan({ dark: false }), first)
  assert.match(await terminal.shows(/Good for \d s, then the next one comes here by itself/), /Scan it with the phone/)
  const where = terminal.drawingAt
  const second = await terminal.code(first)
  assert.equal(terminal.drawingAt, where, 'it moved')
  assert.match(terminal.lines[0], /^the instance drawn is new$/)
  await admin('scan-qr', { qr: second, phone: '15550000009', name: 'Ana' })
  assert.equal(await terminal.ended, 0, terminal.text)
  assert.equal(terminal.text, 'the instance drawn is new\nconnected as Ana (+15550000009)', 'nothing of the code is left')
  assert.deepEqual(terminal.strange, [])
  const again = await run(['instance', 'connect', 'drawn'])
  assert.equal(again.stdout, 'connected as Ana (+15550000009)\n', 'one that is connected needs no code')
})

test('a window that is too small says what it needs, and shows the code once it is larger', async () => {
  const terminal = inTerminal(['instance', 'connect', 'small'], { columns: 80, rows: 24 })
  await terminal.shows(/needs a window of \d+ x \d+ characters; this one has 80 x 24/)
  assert.equal(terminal.drawingAt, undefined)
  await terminal.resize(100, 50)
  const code = await terminal.code()
  await terminal.resize(90, 48)
  assert.match(await terminal.code(code), /^https:\/\/wa\.me\//)
  assert.deepEqual(terminal.strange, [])
})

test('without colours, or into a file, the code is plain text', async () => {
  const plain = inTerminal(['instance', 'connect', 'plain'], { env: { ...variables(), NO_COLOR: '1' }, columns: 150, rows: 80 })
  await plain.shows(/##/)
  assert.ok(!plain.raw.includes('\x1b[38'), 'it has colours')
  const file = run(['instance', 'connect', 'plain'])
  const drawn = (await file.heard(/Good for/)).match(/^([# \n]+)\nScan it/)[1].split('\n')
  const pixels = drawn.map((line) => line.match(/../g).map((module) => module === '##'))
  assert.match(scanPixels(pixels), /^https:\/\/wa\.me\//)
})

test('one that was unlinked on the phone while the gateway was away gets a new code at once', async () => {
  const { qrcode } = (await patient.call('POST', '/instance/create', { body: { instanceName: 'unlinked', qrcode: true } })).json
  const { jid } = await admin('scan-qr', { qr: qrcode.code, phone: '15550000008', name: 'Eva' })
  await until('it to be open', async () => (await patient.state('unlinked')) === 'open')
  await patient.stop()
  await admin('remove-device', { jid })
  await patient.start()
  assert.match(await inTerminal(['instance', 'connect', 'unlinked'], { env: variables(patient) }).code(), /^https:\/\/wa\.me\//)
})

test('a phone number gets a code to type in', async () => {
  const words = ['instance', 'connect', 'typed', '--number', '15550000007']
  const terminal = inTerminal(words, { env: variables(patient), columns: 80, rows: 24 })
  const text = await terminal.shows(/[0-9A-Z]{4}-[0-9A-Z]{4}/)
  assert.match(text, /Link with phone number instead/)
  assert.match(text, /Good for 1\d\d s/)
  await admin('enter-code', { phone: '15550000007', code: text.match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)[0] })
  assert.equal(await terminal.ended, 0, terminal.text)
  assert.match(terminal.text, /connected as .*\+15550000007/)
})

test('programs get JSON: the codes, then the state', async () => {
  const connecting = run(['instance', 'connect', 'program', '--json'])
  const line = await connecting.heard(/\n/)
  await admin('scan-qr', { qr: JSON.parse(line.split('\n')[0]).qrcode.code, phone: '15550000006', name: EVIL })
  const { code, stdout } = await connecting
  assert.equal(code, 0)
  const last = JSON.parse(stdout.trim().split('\n').at(-1))
  assert.deepEqual([last.instance, last.state, last.number], ['program', 'open', '15550000006'])
  const rows = JSON.parse((await run(['instance', 'list', '--json'])).stdout)
  assert.equal(rows.find((row) => row.instanceName === 'program').status, 'open')
})

test('what is sent arrives, and events are told as they come, whatever their sender calls himself', async () => {
  const events = run(['events', 'first', '--follow', '--since', '0', '--type', 'messages.upsert', '--count', '2'])
  const sent = await run(['send', 'first', PEER, 'hello from the terminal'])
  assert.equal(sent.code, 0, sent.stderr)
  assert.match(sent.stdout, /^WhatsApp has it for 15550000002@s\.whatsapp\.net; its id is 3EB0/)
  const inbox = async () => JSON.stringify(await admin('phone/inbox', { phone: PEER }))
  await until('the text at the phone', async () => (await inbox()).includes('hello from the terminal'))
  await admin('account', { phone: '15550000003', name: EVIL })
  for (const text of ['good day', `look\x1b[2J\r${EVIL}`])
    await admin('phone/send', { phone: '15550000003', to: '15550000001@s.whatsapp.net', text })
  const { stdout } = await events
  assert.match(stdout, /messages\.upsert {2}.*: good day\n/)
  assert.match(stdout, /look\\x1b\[2J\\x0dEve\\x1b\[2J\\x1b\]0;owned\\x07\\u202e\\x9b31m\n/)
  assert.ok(!/[^\P{C}\n]/u.test(stdout), 'a control character got through')
})

test('events are followed over a lost connection, and those that are kept are told without following', async () => {
  const proxy = await new TcpProxy(new URL(gateway.url).port).up()
  try {
    const say = async (text) => assert.equal((await run(['send', 'first', PEER, '--', text])).code, 0)
    const more = { COLIBRICTL_URL: `http://127.0.0.1:${proxy.port}` }
    const events = run(['events', 'first', '--follow', '--since', '0', '--type', 'send.message'], more)
    await say('before')
    await events.heard(/: before\n/)
    proxy.cut()
    await say('--meanwhile') // a dash is a text, too
    const told = await events.heard(/: --meanwhile\n/)
    assert.equal(told.split(': before\n').length, 2, 'once')
    const kept = await run(['events', 'first', '--type', 'send.message'])
    assert.equal(kept.code, 0, kept.stderr)
    assert.equal(kept.stdout, told)
  } finally {
    await proxy.down()
  }
})

test('a hostile name of an instance or account moves no cursor', async () => {
  const name = 'evil\u202e\u009b2Jname'
  await linked('owned by Eve', '15550000004', EVIL)
  assert.equal((await gateway.call('POST', '/instance/create', { body: { instanceName: name } })).status, 201)
  for (const words of [['instance', 'list'], ['instance', 'list', '--json'], ['instance', 'connect', 'owned by Eve'], ['instance', 'delete', name]]) {
    const { code, stdout } = await run(words)
    assert.equal(code, 0)
    assert.ok(!/[^\P{C}\n]/u.test(stdout), JSON.stringify(stdout))
  }
})

test('what goes wrong is said in a sentence that says what to do', async () => {
  const failures = [
    [['instance', 'list'], { COLIBRICTL_KEY: 'not-the-key' }, 1, /does not take the key from the variable COLIBRICTL_KEY.*--key-file/],
    [['instance', 'list'], { COLIBRICTL_URL: 'http://127.0.0.1:1' }, 1, /no gateway answers at http:\/\/127\.0\.0\.1:1 .*start it with tools\/up/],
    [['instance', 'list'], { COLIBRICTL_URL: 'nonsense' }, 1, /--url: nonsense is no URL such as http:\/\//],
    [
      ['instance', 'list'],
      { COLIBRICTL_URL: 'http://gateway.example:8080', COLIBRICTL_KEY: '', COLIBRI_DATA_DIR: gateway.dir },
      1,
      /the key in .* is not sent to http:\/\/gateway\.example:8080, which may be another gateway/,
    ],
    [['instance', 'create', 'first'], {}, 1, /already in use.*colibrictl instance connect first/],
    [['instance', 'logout', 'nobody'], {}, 1, /"nobody" instance does not exist/],
    [['send', 'lonely', PEER, 'x'], {}, 1, /not connected: colibrictl instance connect lonely/],
    [['send', 'first', '15559999999999', 'x'], {}, 1, /the number 15559999999999 is not on WhatsApp/],
    [['send', PEER, 'x'], {}, 1, /several instances: say which of .*first/],
    [['events', 'nobody', '--follow'], {}, 1, /"nobody" instance does not exist/],
    [['instance', 'conect', 'first'], {}, 2, /there is no command instance conect/],
    [['instance', 'connect'], {}, 2, /INSTANCE.*\n?.*--help/s],
  ]
  for (const [words, more, exit, sentence] of failures) {
    const { code, stderr } = await run(words, more)
    assert.equal(code, exit, `${words}: ${stderr}`)
    assert.match(stderr, sentence)
    assert.ok(!stderr.includes(gateway.key) && !stderr.includes('not-the-key'), stderr)
  }
})

test('the key comes from the configuration or a file, and nothing has to be typed beside them', async () => {
  const file = join(gateway.dir, 'key')
  writeFileSync(file, gateway.key + '\n', { mode: 0o600 })
  const ways = [
    [['--config', gateway.configFile], {}],
    [[], { COLIBRI_DATA_DIR: gateway.dir }], // colibri.yaml is in it
    [['--key-file', file], {}],
  ]
  for (const [options, more] of ways) {
    const { stdout, stderr } = await run(['instance', 'list', ...options], { COLIBRICTL_KEY: '', ...more })
    assert.match(stdout, /^first +open +\+15550000001$/m, stderr)
  }
  const made = JSON.parse((await run(['instance', 'create', 'owned', '--json'])).stdout)
  const own = await run(['instance', 'list'], { COLIBRICTL_KEY: made.hash.apikey })
  assert.equal(own.stdout, 'owned  close       -\n', "an instance's key is enough for its own")
})

test('nobody scans: it says so, ends with 4, and the same command shows a new code', async () => {
  assert.equal(await lonely.ended, 4, lonely.text)
  assert.match(lonely.text.replaceAll('\n', ''), /nobody scanned the code in time.*colibrictl instance connect lonely shows a new one/)
  assert.equal(lonely.drawingAt, undefined, 'a code that is good no more is left')
  const again = inTerminal(['instance', 'connect', 'lonely'])
  assert.match(await again.code(), /^https:\/\/wa\.me\//)
  again.type('\x03')
  assert.notEqual(await again.ended, 0)
})

test('an instance is logged out and deleted', async () => {
  await linked('leaving', '15550000005', 'Zoe')
  const watch = run(['instance', 'watch'])
  await watch.heard(/^leaving +open/m)
  assert.match((await run(['instance', 'logout', 'leaving'])).stdout, /^leaving is logged out; it needs a new QR code/)
  await watch.heard(/^leaving +close +-$/m)
  assert.match((await run(['instance', 'delete', 'leaving'])).stdout, /^leaving is deleted/)
  await watch.heard(/^leaving +deleted/m)
})
