// --check-config says what a start would say, before the start: of the gateway's keys and of each plugin's.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { Gateway, program, root } from './lib/gateway.mjs'

let gateway
beforeEach(() => {
  gateway = new Gateway()
})
afterEach(() => gateway.remove())

const edit = (from, to) => {
  const text = readFileSync(gateway.configFile, 'utf8')
  assert.ok(text.includes(from))
  writeFileSync(gateway.configFile, text.replace(from, to))
}
const refusal = (env) => {
  const { status, stdout, stderr } = gateway.checkConfig(env)
  assert.deepEqual([status, stdout], [1, ''], stderr)
  return stderr
}

test('a good configuration is good', () => {
  const { status, stdout, stderr } = gateway.checkConfig()
  assert.deepEqual([status, stdout], [0, 'colibri: the configuration is good\n'], stderr)
})
test("wrong keys of plugins are named with file, line and column, all plugins' at once", () => {
  edit('  webhook: {', '  webhook: { timeout_msec: 5,')
  edit('  baileys: {', '  baileys: { instances_per_bridge: none,')
  const said = refusal()
  const at = (line, column) => `${gateway.configFile}:${line}:${column}: `
  assert.ok(said.includes(`${at(8, 14)}plugins.webhook.timeout_msec: is not a known key`), said)
  assert.ok(said.includes(`${at(9, 36)}plugins.baileys.instances_per_bridge: is a string`), said)
})
test('a variable that is wrong is named', () => {
  assert.match(refusal({ COLIBRI_BAILEYS_QR_LIMIT: 'many' }), /COLIBRI_BAILEYS_QR_LIMIT: plugins\.baileys\.qr_limit: /)
})
test('a plugin that is not there is named', () => {
  edit('  webhook:', '  nobody: {}\n  webhook:')
  assert.match(refusal(), /plugins\.nobody: .*nobody\.so/)
})
test("the gateway's own keys are checked, too", () => {
  edit('server: { port: 0 }', 'server: { prt: 0 }')
  assert.match(refusal(), /colibri\.yaml:1:11: server\.prt: is not a known key/)
})
test('--print-config shows every key in force, with its source and without its secrets', () => {
  const { status, stdout, stderr } = gateway.checkConfig({ COLIBRI_BAILEYS_QR_LIMIT: '7' }, '--print-config')
  assert.equal(status, 0, stderr)
  const lines = stdout.trimEnd().split('\n')
  assert.ok(lines.includes(`server.port: 0  # ${gateway.configFile}:1`), stdout)
  assert.ok(lines.includes('server.head_limit_bytes: 16384  # default'), stdout)
  assert.ok(lines.includes('plugins.baileys.qr_limit: 7  # COLIBRI_BAILEYS_QR_LIMIT'), stdout)
  assert.ok(lines.includes(`authentication.api_key: "***"  # ${gateway.configFile}:2`), stdout)
  assert.ok(lines.some((line) => line.startsWith('plugins.webhook.secret: "***"  # ')), stdout)
  for (const secret of [gateway.key, gateway.webhookSecret]) assert.ok(!stdout.includes(secret))
})
test('what tools/up writes allows no private target; the variable does', () => {
  const [, written] = /<<YAML\n([^]*?)YAML\n/.exec(readFileSync(join(root, 'tools/up'), 'utf8'))
  const values = { host: '127.0.0.1', port: '0', key: gateway.key, data: gateway.dataDir }
  writeFileSync(
    gateway.configFile,
    written
      .replace('$root/build/release/plugins', program('plugins'))
      .replace('$(random_base64 32)', randomBytes(32).toString('base64'))
      .replace(/\$(\w+)/g, (_, name) => values[name]),
  )
  const allow = (env) => {
    const { status, stdout, stderr } = gateway.checkConfig(env, '--print-config')
    assert.equal(status, 0, stderr)
    return stdout.split('\n').find((line) => line.startsWith('http_client.allow'))
  }
  assert.ok(allow({}).startsWith(`http_client.allow: []  # ${gateway.configFile}:`), allow({}))
  const allowed = allow({ HTTP_CLIENT_ALLOW: '127.0.0.1:9000,n8n:5678' })
  assert.match(allowed, /127\.0\.0\.1:9000.*n8n:5678.*# HTTP_CLIENT_ALLOW$/)
})
