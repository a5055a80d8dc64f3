'use strict'
// What the link page does: it asks for the state of the link again and again, and shows the section that is for it.
const POLL_MS = 1000
const WHATSAPP = 'https://web.whatsapp.com/'
const RESULT = '#passkey='
const texts = JSON.parse(document.getElementById('texts').textContent)
const at = (id) => document.getElementById(id)
const [, root, token] = location.pathname.match(/^(.*\/)page\/([^/]+)\/?$/i)

let lang = [sessionStorage.lang, ...navigator.languages].map((one) => one?.slice(0, 2)).find((one) => one in texts) ?? 'en'
let stage = 'connecting' // the name of the section
let state = {} // as the gateway last told it
let ends = {} // what ends when, by our own clock: {qr, passkey}
let connecting = false // we have asked for a connection and have no answer yet
let atPasskey = false // one was asked for, and what came of it is not known yet
let sending = false // a passkey was sent and has no answer yet
let offline = false
let asking = false // for the state
let next // the timer of that
let notice = '' // the name of the text that says what went wrong

const say = (name, values = {}) => texts[lang][name].replace(/\{(\w)\}/g, (_, key) => values[key])

async function ask(method, what, body) {
  return fetch(`${root}${what}/${token}`, {
    method,
    headers: body && { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(90_000),
  })
}

/** Something that a person asked for. Resolves with whether it was done; if not, `otherwise` says so. */
async function act(what, body, otherwise = 'notNow') {
  notice = ''
  draw()
  const answer = await ask('POST', what, body).catch(() => undefined)
  if (!answer?.ok) notice = otherwise
  draw()
  poll()
  return answer?.ok === true
}

async function connect(number) {
  connecting = true
  try {
    return await act('connect', number ? { number } : {}, number ? 'numberRefused' : 'notNow')
  } finally {
    connecting = false
    settle()
  }
}

async function send(credential) {
  sending = true
  settle()
  await act('response', { credential }, 'passkeyFailed')
  sending = false
  settle()
}

async function poll() {
  if (asking) return
  asking = true
  clearTimeout(next)
  let again = POLL_MS
  try {
    const answer = await ask('GET', 'state')
    offline = answer.status !== 404 && !answer.ok
    if (answer.status === 404) return show('ended') // for good
    if (answer.ok) take(await answer.json())
    else again = 1000 * (Number(answer.headers.get('retry-after')) || 5)
  } catch {
    offline = true
  }
  asking = false
  draw()
  if (stage !== 'open') next = setTimeout(poll, again)
}

function take(told) {
  const until = (what) => what?.expiresAt && Date.now() + Date.parse(what.expiresAt) - Date.parse(told.now)
  if (told.stage !== state.stage && notice === 'notNow') notice = ''
  if (told.stage === 'passkey' && !atPasskey) notice = ''
  if (told.stage === 'passkey') atPasskey = true
  else if (told.stage !== 'connecting') {
    if (atPasskey && told.stage !== 'open') notice = 'passkeyFailed'
    atPasskey = false
  }
  state = told
  ends = { qr: until(told.qr), passkey: until(told.passkey) }
  settle()
}

/** Which section it is. */
function settle() {
  if (stage === 'ended') return
  const passkey = sending ? 'sending' : (state.passkey?.stage ?? 'connecting')
  const now = { passkey, closed: connecting ? 'connecting' : 'closed' }[state.stage] ?? state.stage ?? 'connecting'
  show(now)
}

function show(next) {
  const changed = next !== stage
  const had = document.activeElement?.closest('section')?.dataset.stage === stage
  stage = next
  draw()
  if (!changed) return
  const heading = document.querySelector(`[data-stage="${stage}"] h2`)
  if (had) heading.focus()
  at('news').textContent = heading.textContent
}

/** Writes only what has changed: screen readers read what is written. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function draw() {
  document.documentElement.lang = lang
  document.title = say('title')
  for (const element of document.querySelectorAll('[data-t]')) write(element, say(element.dataset.t))
  for (const section of document.querySelectorAll('section')) section.hidden = section.dataset.stage !== stage
  const wrong = offline ? 'offline' : notice
  write(at('notice'), wrong && stage !== 'open' && stage !== 'ended' ? say(wrong) : '')
  if (state.qr && at('qr').getAttribute('src') !== state.qr.image) at('qr').src = state.qr.image
  at('qr').alt = say('qrAlt')
  const code = state.pairingCode?.code
  at('paired').hidden = !code
  if (code) write(at('pairing-code'), `${code.slice(0, 4)}-${code.slice(4)}`)
  if (state.passkey?.code) write(at('compare'), state.passkey.code)
  if (state.passkey?.publicKey) at('snippet').value = `${at('sign').textContent}\ncolibriSign(${JSON.stringify({ publicKey: state.passkey.publicKey, lang })})`
  tick()
}

function tick() {
  const left = (end) => Math.max(0, Math.ceil((end - Date.now()) / 1000))
  const s = ends.qr ? left(ends.qr) : 0
  write(at('renews'), !ends.qr ? '' : s > 0 ? say('renews', { s }) : say('renewing'))
  const seconds = ends.passkey ? left(ends.passkey) : 0
  const t = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  for (const element of document.querySelectorAll('.left')) write(element, say('left', { t }))
}

const base64url = (text) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

/** What WhatsApp's page gave for the passkey, if `text` is that. */
function credentialIn(text) {
  try {
    const credential = JSON.parse(text)
    return typeof credential.rawId === 'string' && typeof credential.response === 'object' ? credential : undefined
  } catch {
    return undefined
  }
}

/** The extension comes back with the result behind the `#`. */
function resultOfTheExtension() {
  if (!location.hash.startsWith(RESULT)) return
  const text = location.hash.slice(RESULT.length).replace(/-/g, '+').replace(/_/g, '/')
  history.replaceState(null, '', location.pathname)
  try {
    return credentialIn(atob(text))
  } catch {
    return undefined
  }
}

at('language').value = lang
at('language').addEventListener('change', ({ target }) => {
  lang = sessionStorage.lang = target.value
  draw()
})
at('number-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = event.target.querySelector('button')
  button.disabled = true
  await connect(at('number').value.replace(/\D/g, ''))
  button.disabled = false
})
at('go-on').addEventListener('click', () => {
  const asked = { publicKey: state.passkey.publicKey, lang, back: location.origin + location.pathname }
  location.assign(`${WHATSAPP}#colibri-passkey=${base64url(JSON.stringify(asked))}`)
})
at('copy').addEventListener('click', async () => {
  await navigator.clipboard?.writeText(at('snippet').value).catch(() => {})
  at('snippet').select()
  at('news').textContent = say('copied')
})
at('result-form').addEventListener('submit', (event) => {
  event.preventDefault()
  const credential = credentialIn(at('result').value)
  notice = credential ? '' : 'badResult'
  draw()
  if (credential) send(credential)
})
at('same').addEventListener('click', () => act('confirm', {}))
for (const button of document.querySelectorAll('.give-up'))
  button.addEventListener('click', () => {
    atPasskey = false
    act('cancel', {})
  })
at('again').addEventListener('click', () => connect())
setInterval(tick, 1000)

const result = resultOfTheExtension()
draw()
if (result) send(result)
else connect()
poll()
