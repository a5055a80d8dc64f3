// One page in a browser of today, with the client as npm ships it for browsers: it connects across origins and shows an
// event.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { Gateway, root } from './lib/gateway.mjs'
import { opened, say } from './lib/spoken.mjs'
import { until } from './lib/wait.mjs'

const bundle = readFileSync(join(root, 'tests/node_modules/socket.io-client/dist/socket.io.min.js'))
let gateway, pages, folder
before(async () => {
  gateway = await new Gateway({ config: '  generator: {}\n  websocket: {}\n' }).start()
  folder = mkdtempSync(join(tmpdir(), 'colibri-browser-'))
})
after(async () => {
  await gateway?.remove()
  pages?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Serves the page; resolves with its URL. What it shows is posted to /shown. */
function serve(key, shown) {
  const page = `<!doctype html><p id="event"></p><script src="/socket.io.js"></script><script>
    const tell = (what) => fetch('/shown', { method: 'POST', body: what })
    const socket = io(${JSON.stringify(`${gateway.url}/shop`)}, { auth: { apikey: ${JSON.stringify(key)} } })
    socket.on('connect', () => tell('connected'))
    socket.on('connect_error', (error) => tell('error: ' + error.message))
    socket.on('send.message', (event) => {
      document.getElementById('event').textContent = event.data.message.conversation
      tell(document.getElementById('event').textContent + ' over ' + socket.io.engine.transport.name)
    })
    socket.io.engine.on('upgrade', () => tell('upgraded'))</script>`
  pages = createServer(async (request, response) => {
    if (request.url === '/shown') shown.push(await text(request))
    response.end(request.url === '/socket.io.js' ? bundle : request.url === '/' ? page : '')
  })
  return new Promise((resolve) =>
    pages.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${pages.address().port}/`)),
  )
}

test('a page of another origin shows an event', { timeout: 120_000 }, async () => {
  const created = await opened(gateway, 'shop', { websocket: { enabled: true } })
  const shown = []
  const url = await serve(created.hash.apikey, shown)
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
  ]
  const browser = spawn('chromium', [...flags, `--user-data-dir=${folder}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  browser.stderr.on('data', (data) => (words += data))
  const gone = new Promise((resolve) => browser.once('exit', resolve))
  try {
    await until(
      () => `the page to connect; it said ${shown}; ${words}`,
      () => shown.includes('connected') && shown.includes('upgraded'),
      60_000,
    )
    await say(gateway, 'shop', 'hello, browser')
    await until(
      () => `the event; the page said ${shown}`,
      () => shown.includes('hello, browser over websocket'),
    )
    assert.deepEqual(
      shown.filter((what) => what.startsWith('error')),
      [],
    )
  } finally {
    browser.kill()
    await gone
  }
})
