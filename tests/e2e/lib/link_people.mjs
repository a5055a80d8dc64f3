// A person with a link page before him: a tab of the browser, what is on it, and the phone in his hand.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { post } from '../../wasim/client.mjs'
import { root } from './gateway.mjs'

const SHOTS = join(root, 'build/screenshots/link_page')
const LANGUAGES = process.env.COLIBRI_ALL_LANGUAGES ? ['es', 'pt', 'en'] : ['en']
const axe = readFileSync(join(root, 'tests/node_modules/axe-core/axe.min.js'), 'utf8')

/** An expression for `page.shows`: the section that there is for a stage of the link. */
export const section = (stage) => `document.querySelector('[data-stage="${stage}"]')?.hidden === false`

/** An address of an instance's link page. */
export async function linkPage(gateway, { name, key }) {
  const answer = await gateway.call('POST', `/${name}/instance/linkPage`, { key })
  assert.equal(answer.status, 201, answer.text)
  return answer.json.url.replace(/^https?:\/\/[^/]+/, gateway.url) // port 0 is what the gateway was told
}

/** Fails if a person with a small screen or a screen reader could not use what is shown; keeps a picture of it. */
export async function usable(page, name) {
  if (!(await page.value('typeof axe === "object"'))) await page.value(`${axe};0`)
  const violations = 'axe.run().then((it) => it.violations.flatMap((one) => one.nodes.map((node) => one.id + ": " + node.html)))'
  for (const scheme of ['dark', 'light']) {
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    assert.deepEqual(await page.value(violations), [], `${name}, ${scheme}`)
  }
  const [width, room] = await page.value('[document.documentElement.scrollWidth, innerWidth]')
  assert.ok(width <= room, `${name} is ${width} px wide, and there are ${room}`)
  await page.screenshot(join(SHOTS, `${name}.png`))
}

/** The page comes to a stage, and is usable there, unfolded, in every language. */
export async function comesTo(page, stage) {
  await page.shows(section(stage))
  const folded = `[...document.querySelectorAll('[data-stage="${stage}"] details:not([open])')]`
  const was = await page.value(`window.folded = ${folded}; window.folded.forEach((one) => (one.open = true)); folded.length`)
  for (const lang of LANGUAGES) {
    await page.value(`{ const it = document.getElementById('language'); it.value = '${lang}'; it.dispatchEvent(new Event('change')) }`)
    assert.equal(await page.value('document.documentElement.lang'), lang)
    await usable(page, `${stage}.${lang}`)
  }
  if (was > 0) await page.value('window.folded.forEach((one) => (one.open = false))')
}

/** Presses Tab until `selector` has the focus. */
export async function tabTo(page, selector) {
  for (let n = 0; n < 20; n++) {
    if (await page.value(`document.activeElement.matches(${JSON.stringify(selector)})`)) return
    await page.press('Tab')
  }
  assert.fail(`no Tab leads to ${selector}`)
}

/** The phone scans what the page shows. Resolves with the promise of how that ends: {done}. */
export async function scan(page, sim, read, phone) {
  await page.shows(`${section('code')} && document.getElementById('qr').complete && document.getElementById('qr').src !== ''`)
  const done = post(sim.adminUrl, 'scan-qr', { qr: read(await page.value(`document.getElementById('qr').src`)), phone, name: 'Ann' })
  done.catch(() => {}) // who cares asks for it
  return { done }
}

/** The passkey of an account, in the browser in front of the person. */
export async function hasPasskey(page, { id, key, userHandle }, rpId = 'whatsapp.com') {
  await page.send('WebAuthn.enable')
  const { authenticatorId } = await page.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const privateKey = base64(key.privateKey.export({ format: 'der', type: 'pkcs8' }))
  const credential = { credentialId: base64(id), isResidentCredential: true, rpId, privateKey, userHandle: base64(userHandle), signCount: 0 }
  await page.send('WebAuthn.addCredential', { authenticatorId, credential })
}

/** Of a gateway that has not started: for its bridges the person takes six minutes to show the passkey, too long for the proof. */
export function slowPeople(gateway) {
  const folder = join(gateway.dir, 'slow')
  const bridge = join(root, 'plugins/baileys/bridge')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  writeFileSync(
    join(folder, 'main.mjs'),
    `const { Shortcake } = await import(${JSON.stringify(join(bridge, 'src/shortcake.mjs'))})
const { prologue } = Shortcake.prototype
Shortcake.prototype.prologue = function (ref) {
  const { now } = Date
  Date.now = () => now() + 6 * 60_000
  try { return prologue.call(this, ref) } finally { Date.now = now }
}
await import(${JSON.stringify(join(bridge, 'main.mjs'))})
`,
  )
  Object.assign(gateway.env, { COLIBRI_BAILEYS_BRIDGE_DIR: folder, COLIBRI_BAILEYS_NODE: process.execPath })
}
