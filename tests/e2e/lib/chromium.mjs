// A headless Chromium, driven by its DevTools protocol: what a person would do with a page, and what he would see.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { WebSocket } from 'ws'
import { until } from './wait.mjs'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-features=DisableLoadExtensionCommandLineSwitch',
  '--hide-scrollbars',
  '--remote-debugging-port=0',
]

/** An own certificate authority, and a certificate of it for `host`: {ca: its file, key, cert}. */
export function certified(folder, host) {
  const file = (name) => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder })
  const key = (name) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file(name)]
  openssl('req', '-x509', '-days', '2', '-subj', '/CN=Test authority', ...key('ca.key'), '-out', file('ca.pem'))
  writeFileSync(file('names'), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`)
  openssl('req', '-subj', `/CN=${host}`, ...key('host.key'), '-out', file('host.csr'))
  const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('names')]
  openssl('x509', '-req', '-days', '2', '-in', file('host.csr'), ...by, '-out', file('host.pem'))
  return { ca: file('ca.pem'), key: readFileSync(file('host.key')), cert: readFileSync(file('host.pem')) }
}

/** A page of one's own in the place of a site: resolves with the server, which has a `port`. */
export async function standIn({ key, cert }, answer) {
  const server = createServer({ key, cert }, answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(server, { port: server.address().port })
}

export class Chromium {
  #id = 0
  #waiting = new Map()
  #pages = new Map()

  /** `trusts`: the file of a certificate authority. `extension`: its folder. `hosts`: host → local port in its place. */
  async start({ trusts, extension, hosts = {} } = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'colibri-chromium-'))
    if (trusts) {
      const store = join(this.home, '.pki/nssdb')
      mkdirSync(store, { recursive: true })
      execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${store}`])
      execFileSync('certutil', ['-A', '-d', `sql:${store}`, '-t', 'C,,', '-n', 'test', '-i', trusts])
    }
    const rules = Object.entries(hosts).map(([host, port]) => `MAP ${host} 127.0.0.1:${port}`)
    const flags = [...FLAGS, `--user-data-dir=${join(this.home, 'data')}`, `--host-resolver-rules=${rules.join(', ')}`]
    if (extension) flags.push(`--load-extension=${extension}`, `--disable-extensions-except=${extension}`)
    this.child = spawn('chromium', flags, {
      env: { ...process.env, HOME: this.home, XDG_CONFIG_HOME: join(this.home, 'config') },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.gone = new Promise((resolve) => this.child.once('exit', resolve))
    this.words = ''
    this.child.stderr.on('data', (data) => (this.words += data))
    const url = await until(
      () => `Chromium to listen; it said ${this.words}`,
      () => this.words.match(/DevTools listening on (ws:\S+)/)?.[1],
    )
    this.socket = new WebSocket(url, { perMessageDeflate: false })
    this.socket.on('message', (data) => this.#heard(JSON.parse(data)))
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject))
    return this
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#id
    this.socket.send(JSON.stringify({ id, method, params, sessionId }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }))
  }
  #heard({ id, sessionId, method, params, error, result }) {
    if (id === undefined) return this.#pages.get(sessionId)?.heard(method, params)
    const { resolve, reject, method: asked } = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) reject(new Error(`${asked}: ${error.message}`))
    else resolve(result)
  }

  /** `width`, `height`: of what is seen, in CSS pixels. */
  async open(url, { width = 360, height = 740 } = {}) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page(this, sessionId, targetId)
    this.#pages.set(sessionId, page)
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await page.send(`${domain}.enable`)
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    await page.go(url)
    return page
  }

  async stop() {
    this.socket?.close()
    this.child?.kill()
    await this.gone
    if (this.home) rmSync(this.home, { recursive: true, force: true })
  }
}

class Page {
  requests = [] // the addresses that it asked for
  complaints = [] // what its console and the browser said against it
  constructor(browser, sessionId, targetId) {
    Object.assign(this, { browser, sessionId, targetId })
  }
  send(method, params) {
    return this.browser.send(method, params, this.sessionId)
  }
  heard(method, params) {
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url)
    if (method === 'Runtime.exceptionThrown') this.complaints.push(params.exceptionDetails.exception?.description)
    if (method === 'Log.entryAdded' && params.entry.source !== 'network') this.complaints.push(params.entry.text)
  }

  async go(url) {
    const { errorText } = await this.send('Page.navigate', { url })
    if (errorText) throw new Error(`${url}: ${errorText}`)
  }
  /** The value of an expression in the page; promises are waited for. */
  async value(expression) {
    const asked = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', asked)
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  /** Resolves once an expression is true; one that cannot be evaluated is not, as long as a page is on its way. */
  shows(expression, ms = 40_000) {
    const seen = () => this.value('location.href + "\\n" + document.body?.innerText').catch((error) => error.message)
    return until(
      async () => `${expression}; the page shows ${await seen()}; ${this.complaints}`,
      () => this.value(expression).catch(() => false),
      ms,
    )
  }
  click(selector) {
    return this.value(`document.querySelector(${JSON.stringify(selector)}).click()`)
  }
  async press(key, code = key) {
    const text = key === 'Enter' ? '\r' : undefined
    const virtual = { Tab: 9, Enter: 13, ' ': 32 }[key]
    for (const type of ['keyDown', 'keyUp'])
      await this.send('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode: virtual, ...(type === 'keyDown' && { text }) })
  }
  type(text) {
    return this.send('Input.insertText', { text })
  }
  /** The whole page as PNG. */
  async screenshot(file) {
    const { cssContentSize } = await this.send('Page.getLayoutMetrics')
    const clip = { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 }
    const { data } = await this.send('Page.captureScreenshot', { clip, captureBeyondViewport: true })
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, Buffer.from(data, 'base64'))
  }
}
