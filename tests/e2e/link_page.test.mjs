// The link page as people meet it: the built gateway, a real Chromium with a small screen, and a phone that scans.
// Pictures of every stage are left in build/screenshots/link_page, in English; with COLIBRI_ALL_LANGUAGES in all.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { post } from '../wasim/client.mjs'
import { Authenticator } from '../wasim/src/authenticator.mjs'
import { hush } from '../wasim/src/b.mjs'
import { Sim } from '../wasim/src/server.mjs'
import { certified, Chromium, standIn } from './lib/chromium.mjs'
import { Gateway, root } from './lib/gateway.mjs'
import { comesTo, hasPasskey, linkPage, scan, section, slowPeople, tabTo, usable } from './lib/link_people.mjs'
import { created } from './lib/paired.mjs'
import { readQr } from './lib/qr.mjs'

hush()
const WHATSAPP = 'https://web.whatsapp.com/'
let sim, gateway, slow, site, browser, folder
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'colibri-link-'))
  sim = await new Sim().start()
  gateway = await new Gateway({ sim }).start()
  slow = new Gateway({ sim })
  slowPeople(slow)
  await slow.start()
  const certificate = certified(folder, 'web.whatsapp.com')
  site = await standIn(certificate, (request, answer) => {
    answer.setHeader('content-type', 'text/html')
    answer.end('<!doctype html><html lang="en"><title>WhatsApp</title><script>var seen = location.href</script><h1>WhatsApp</h1>')
  })
  browser = await new Chromium().start({
    trusts: certificate.ca,
    extension: join(root, 'tools/link-extension'),
    hosts: { 'web.whatsapp.com': site.port },
  })
})
after(async () => {
  await browser?.stop()
  site?.close()
  site?.closeAllConnections()
  await gateway?.remove()
  await slow?.remove()
  await sim?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const stateOf = (instance, of = gateway) => of.state(instance.name)

/** An account that needs a passkey, scanned by its phone; resolves with what a test goes on with. */
async function atTheGate(name, phone, { of = gateway, ...passkey }) {
  const authenticator = new Authenticator()
  await post(sim.adminUrl, 'account', { phone, passkey: { credential: authenticator.credential, ...passkey } })
  const instance = await created(of, name, phone)
  const page = await browser.open(await linkPage(of, instance))
  await hasPasskey(page, authenticator)
  const { done } = await scan(page, sim, readQr, phone)
  return { instance, page, authenticator, done }
}

test('a person opens the address, scans the code, which renews itself, and sees that it is done', { timeout: 120_000 }, async () => {
  const shop = await created(gateway, 'shop', '15550000001')
  const url = await linkPage(gateway, shop)
  const looked = await fetch(url)
  assert.equal(looked.status, 200)
  assert.equal(await stateOf(shop), 'close', 'a preview of the address connects nothing')

  sim.faults.http = 503
  const page = await browser.open(url)
  await comesTo(page, 'connecting')
  delete sim.faults.http
  await comesTo(page, 'code')
  const code = () => page.value(`document.getElementById('qr').src`)
  const first = await code()
  await page.shows(`/New code in \\d+ s/.test(document.getElementById('renews').textContent)`)
  await gateway.call('POST', '/shop/instance/restart')
  await page.shows(`${section('code')} && document.getElementById('qr').src !== ${JSON.stringify(first)}`)
  const { data } = await page.send('Page.captureScreenshot', { captureBeyondViewport: true })
  assert.equal(readQr(`data:image/png;base64,${data}`), readQr(await code()), 'a phone reads it from the screen')

  const { done } = await scan(page, sim, readQr, shop.phone)
  await done
  await comesTo(page, 'open')
  assert.equal(await stateOf(shop), 'open')
  assert.deepEqual(page.complaints, [])
  for (const asked of page.requests) assert.ok(asked.startsWith(gateway.url) || asked.startsWith('data:'), asked)
  await page.send('Page.reload')
  await page.shows(section('open'))
  assert.equal((await gateway.call('POST', '/shop/instance/linkPage')).status, 409)
})

test('by keyboard alone, with a pairing code', { timeout: 120_000 }, async () => {
  const instance = await created(gateway, 'keys', '15550000002')
  const page = await browser.open(await linkPage(gateway, instance))
  await page.shows(section('code'))
  await tabTo(page, 'summary')
  await page.press('Enter')
  await tabTo(page, '#number')
  await page.type('+1 555 000-0002')
  await page.press('Enter')
  await page.shows(`/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(document.getElementById('pairing-code').textContent)`)
  await usable(page, 'pairing-code.en')
  const code = await page.value(`document.getElementById('pairing-code').textContent`)
  await post(sim.adminUrl, 'enter-code', { phone: instance.phone, code })
  await page.shows(section('open'))
})

test('a passkey by the extension, on the page of WhatsApp and back', { timeout: 120_000 }, async () => {
  const { instance, page, done } = await atTheGate('extension', '15550000003', { handoff: true })
  await comesTo(page, 'required')
  const requests = page.requests.length
  await page.click('#go-on')
  await page.shows(`location.origin + '/' === '${WHATSAPP}' && document.querySelector('dialog[open]') !== null`)
  assert.equal(await page.value('seen'), WHATSAPP, "what is asked for is hidden from the site's own script")
  assert.ok((await page.value(`document.querySelector('dialog').innerText`)).includes(new URL(gateway.url).host))
  await usable(page, 'extension.en')
  await page.click('dialog button')
  await page.shows(section('open'))
  await done
  assert.equal(await stateOf(instance), 'open')
  assert.equal(await page.value('location.hash'), '')
  const elsewhere = page.requests.slice(requests).filter((url) => !url.startsWith(gateway.url) && !url.startsWith('data:'))
  assert.deepEqual([...new Set(elsewhere.map((url) => url.replace(/#.*/, '').replace(/favicon.ico$/, '')))], [WHATSAPP])
  assert.deepEqual(sim.violations, [])
})

test('a passkey by copy and paste, and the codes compared', { timeout: 120_000 }, async () => {
  const { instance, page, authenticator, done } = await atTheGate('paste', '15550000004', { of: slow })
  await page.shows(section('required'))
  const snippet = await page.value(`document.getElementById('snippet').value`)
  const other = await browser.open(WHATSAPP)
  await hasPasskey(other, authenticator)
  await other.shows(`document.readyState === 'complete'`)
  await other.value(`${snippet};0`)
  await other.click('dialog button')
  await other.shows(`document.querySelector('dialog textarea') !== null`)
  await usable(other, 'snippet.en')
  const result = await other.value(`document.querySelector('dialog textarea').value`)

  const paste = (text) =>
    page.value(`document.getElementById('result').value = ${JSON.stringify(text)}; document.getElementById('result-form').requestSubmit()`)
  await paste(result.slice(1))
  await page.shows(`document.getElementById('notice').textContent !== ''`)
  await paste(result)
  await comesTo(page, 'confirm')
  const shown = await page.value(`document.getElementById('compare').textContent`)
  const [{ code }] = await post(sim.adminUrl, 'passkey', { phone: instance.phone })
  assert.equal(shown, code, 'the phone shows the same')
  await page.click('#same')
  await comesTo(page, 'confirming')
  await post(sim.adminUrl, 'passkey/confirm', { phone: instance.phone, code })
  await done
  await page.shows(section('open'))
  assert.equal(await stateOf(instance, slow), 'open')
})

test('a passkey that comes to nothing, or is given up, leads to a new code', { timeout: 120_000 }, async () => {
  const silent = { trouble: { no_continuation: true } }
  const { instance, page, authenticator } = await atTheGate('nothing', '15550000005', silent)
  await page.shows(section('required'))
  const options = await page.value('JSON.stringify(state.passkey.publicKey)')
  const credential = JSON.stringify(authenticator.get(JSON.parse(options)))
  await page.value(`document.getElementById('result').value = ${JSON.stringify(credential)}; document.getElementById('result-form').requestSubmit()`)
  await comesTo(page, 'sending')
  assert.equal((await gateway.call('DELETE', `/${instance.name}/passkey/cancel`)).status, 200)
  await page.shows(`${section('code')} && /Scan a new code/.test(document.getElementById('notice').textContent)`)

  await scan(page, sim, readQr, instance.phone)
  await page.shows(section('required'))
  await page.click(`[data-stage="required"] .give-up`)
  await page.shows(section('code'))
  assert.equal(await stateOf(instance), 'connecting')
})

test('when WhatsApp refuses, the person can try again', { timeout: 120_000 }, async () => {
  const instance = await created(gateway, 'refused', '15550000006')
  sim.faults.failure = 405
  const page = await browser.open(await linkPage(gateway, instance))
  await comesTo(page, 'closed')
  delete sim.faults.failure
  await page.click('#again')
  await page.shows(section('code'))
})

test('an address that ends says so, in every browser and to a page that is open', { timeout: 120_000 }, async () => {
  const instance = await created(gateway, 'ended', '15550000007')
  const first = await linkPage(gateway, instance)
  const page = await browser.open(first)
  await page.shows(section('code'))
  await linkPage(gateway, instance)
  await comesTo(page, 'ended')
  await page.go(first)
  await page.shows(`/not valid/.test(document.body.innerText)`)
  await usable(page, 'wrong-address.en')
  assert.equal((await fetch(first)).status, 404)
  assert.ok(!gateway.output.includes(first.split('/').pop()), 'no address is in the log')
})
