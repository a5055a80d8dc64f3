// Instances of the generator (tests/plugins/fixtures) that say nothing by themselves: a test says what happens, and
// knows that it is in the log before it goes on. The gateway needs `generator: {}`.
import assert from 'node:assert/strict'
import { until } from './wait.mjs'

export const open = (gateway, name) => until(`${name} to be open`, async () => (await gateway.state(name)) === 'open')

/** An open instance, created with `more` in its body; resolves with the answer of create. */
export async function opened(gateway, name, more = {}) {
  const body = { instanceName: name, integration: 'GENERATOR', generator: { rate: 0.001, total: 1 }, ...more }
  const created = await gateway.call('POST', '/instance/create', { body })
  assert.equal(created.status, 201, created.text)
  await gateway.call('GET', `/${name}/instance/connect`)
  await open(gateway, name)
  return created.json
}

/** Resolves once the send.message of this text is durable. */
export async function say(gateway, name, text) {
  const answer = await gateway.call('POST', `/${name}/message/sendText`, { body: { number: '15550000002', text } })
  assert.equal(answer.status, 201, answer.text)
}
