// The story of story.test.mjs, in a network that knows only its own hosts, where any packet to another one is seen. Telemetry, a look-up of a
// name, a request that a library makes by itself: there is none. Where there can be no such network, the story is told without one.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { inClosedNetwork, inThisNetwork, whyNot } from './lib/closed_network.mjs'
import { root } from './lib/gateway.mjs'

const skip = whyNot()
const e2e = join(root, 'tests/e2e')
const { NODE_TEST_CONTEXT: _, ...env } = process.env // the story is a run of its own, not a part of this one

const story = [process.execPath, '--test', '--test-force-exit', '--test-reporter=spec', join(e2e, 'story.test.mjs')]
let told

test('the whole story', { timeout: 400_000 }, async () => {
  told = skip ? inThisNetwork(story, env) : await inClosedNetwork(story, env)
  assert.equal(told.status, 0, told.output)
  assert.match(told.output, /pass [1-9]/)
})

test('no packet of the whole story was for a host that is not configured', { skip }, () => {
  assert.deepEqual(told.left, [])
})

test('Attack: a packet that a plugin sends elsewhere is seen', { skip }, async () => {
  const { status, output, left } = await inClosedNetwork([process.execPath, join(e2e, 'lib/start_and_stop.mjs'), 'telltale'], env)
  assert.equal(status, 0, output)
  assert.equal(left.length, 1, left.join('\n'))
  assert.match(left[0], /IP 192\.0\.2\.2\.\d+ > 198\.51\.100\.7\.9: UDP, length 5/)
})

test('Attack: a name that is looked up is seen, and so is IPv6', { skip }, async () => {
  const { left } = await inClosedNetwork(['getent', 'hosts', 'telltale.example'], env)
  assert.ok(left.length > 0 && left.every((line) => / > 192\.0\.2\.53\.53: .*telltale\.example/.test(line)), left.join('\n'))
  const send = 'require("dgram").createSocket("udp6").send("hello", 9, "2001:db8:1::7", () => process.exit())'
  const other = await inClosedNetwork([process.execPath, '-e', send], env)
  assert.match(other.left.join('\n'), /^.* IP6 2001:db8::2\.\d+ > 2001:db8:1::7\.9: UDP, length 5$/)
})
