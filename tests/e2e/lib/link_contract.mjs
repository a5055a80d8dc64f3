// An instance that is linked on its link page, by somebody who has nothing but its address: each answer as the document promises it.
import assert from 'node:assert/strict'
import { post } from '../../wasim/client.mjs'
import { Authenticator } from '../../wasim/src/authenticator.mjs'
import { until } from './wait.mjs'

/** `paths`: each form of where the instance `linked` gives out the address; `ask`, `json`, `linkTo`: of the test. */
export async function linkedAsPromised({ ask, json, linkTo, sim, contract, paths }) {
  const phone = '15550000019'
  await json(201, 'POST', '/instance/create', { body: { instanceName: 'linked' } })
  const links = contract.operations.filter(({ path }) => path.startsWith('/link/'))
  assert.equal(links.length, 6)
  for (const { method, path } of links)
    for (const prefix of ['', '/v2']) await ask(404, method, prefix + path.replace('{token}', 'A'.repeat(43)), { key: null })

  let token
  for (const path of paths) token = await linkTo('linked', path)
  const link = (status, method, what, body) => json(status, method, `/link/${what}/${token}`, { key: null, body })
  const stage = (wanted) =>
    until(wanted, async () => {
      const state = await link(200, 'GET', 'state')
      return state.stage === wanted && (wanted !== 'passkey' || state.passkey) && state
    })
  const scanned = async () => {
    await link(200, 'POST', 'connect', {})
    await stage('code')
    const { qrcode } = await json(200, 'GET', '/linked/instance/connect')
    post(sim.adminUrl, 'scan-qr', { qr: qrcode.code, phone, name: 'Ann' }).catch(() => {})
    return (await stage('passkey')).passkey.publicKey
  }
  const passkey = new Authenticator()
  await post(sim.adminUrl, 'account', { phone, passkey: { credential: passkey.credential } })
  await link(200, 'GET', 'page')
  await stage('closed')
  await link(400, 'POST', 'connect', { number: '+1' })
  await scanned()
  await link(400, 'POST', 'confirm')
  await link(200, 'POST', 'cancel')
  await link(200, 'POST', 'response', { credential: passkey.get(await scanned()) })
  assert.deepEqual(await stage('open'), { stage: 'open' })
  await link(404, 'POST', 'connect')
  for (const path of paths) await ask(409, 'POST', path)
}
