// Many clients at once, whatever limit of open files the daemon was started with.
import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import { test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'

const clients = 300

test('more clients stay connected than the soft limit of open files allows', { timeout: 60_000 }, async (t) => {
  const gateway = await new Gateway({ launcher: ['sh', '-c', 'ulimit -Sn 100; exec "$0" "$@"'] }).start()
  const agent = new Agent({ keepAlive: true, maxSockets: clients, maxFreeSockets: clients })
  t.after(() => gateway.remove())
  t.after(() => agent.destroy())

  const health = () =>
    new Promise((resolve, reject) => {
      get(`${gateway.url}/health`, { agent }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
        .on('error', reject)
    })
  const statuses = await Promise.all(Array.from({ length: clients }, health))

  assert.deepEqual([...new Set(statuses)], [200])
  const { text } = await gateway.call('GET', '/metrics')
  const connected = Number(/^colibri_http_connections_open_count (\d+)/m.exec(text)?.[1])
  assert.ok(connected >= clients, `${connected} connections`)
})
