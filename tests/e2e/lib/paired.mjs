// Instances of a gateway, brought to a state of their own.
import assert from 'node:assert/strict'
import { post } from '../../wasim/client.mjs'
import { until } from './wait.mjs'

/** Creates an instance; `webhook`: its url. Resolves with {name, id, phone, key}; the phone scans nothing yet. */
export async function created(gateway, name, phone, webhook) {
  const answer = await gateway.call('POST', '/instance/create', {
    body: { instanceName: name, ...(webhook ? { webhook: { url: webhook } } : {}) },
  })
  assert.equal(answer.status, 201, answer.text)
  return { name, id: answer.json.instance.instanceId, phone, key: answer.json.hash.apikey }
}

/** Connects it, scans the QR code with its phone and waits for the open link. Resolves with its device at WhatsApp. */
export async function pair(gateway, sim, { name, phone }) {
  const answer = await gateway.call('GET', `/${name}/instance/connect`)
  assert.equal(answer.status, 200, answer.text)
  const { jid } = await post(sim.adminUrl, 'scan-qr', { qr: answer.json.qrcode.code, phone, name })
  await until(`${name} to be open`, async () => (await gateway.state(name)) === 'open', 20_000)
  return jid
}
