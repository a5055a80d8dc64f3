// What request bodies may be, as [taken, body]: the document and the gateway must agree on each.
export const HOOK = 'https://example.test/hook'
const url = HOOK
const PHONE = '15550000002'

/** Members of a create beside its name; `undefined` ones are left out. */
export const CREATE = [
  [true, {}],
  [true, { integration: 'WHATSAPP-BAILEYS', qrcode: false, number: '5511999990000', token: 't'.repeat(16) }],
  [true, { integration: '', token: '', number: '' }],
  [true, { webhook: { url: 'https://example.test/hook', events: ['MESSAGES_UPSERT'], headers: { a: 'b' } } }],
  [true, { webhook: { enabled: false }, typebot: { enabled: false, url: 'whatever' } }],
  [true, { webhook: { url: 'https://example.test/hook', byEvents: true, base64: false } }],
  [true, { webhook: { url: 'https://example.test/hook', base64: true } }],
  [false, { webhook: { url: 'https://example.test/hook', base64: 1 } }],
  [false, { webhook: { url: 'https://example.test/hook', byEvents: 'yes' } }],
  [false, { instanceName: undefined }],
  [false, { instanceName: 7 }],
  [false, { instanceName: '' }],
  [false, { instanceName: '..' }],
  [false, { instanceName: 'a/b' }],
  [false, { instanceName: 'a\tb' }],
  [false, { instanceName: 'x'.repeat(256) }],
  [false, { integration: 'TELEGRAM' }],
  [false, { qrcode: 'yes' }],
  [false, { token: 'short' }],
  [false, { token: 'with spaces in the middle' }],
  [false, { token: 't'.repeat(256) }],
  [false, { number: '+5511999990000' }],
  [false, { number: 5511999990000 }],
  [false, { webhook: 'https://example.test/hook' }],
  [false, { webhook: {} }],
  [false, { webhook: { url: 'ftp://example.test' } }],
  [false, { webhook: { url: 'https://example.test', events: ['NOPE'] } }],
  [false, { webhook: { url: 'https://example.test', secret: 'short' } }],
  [false, { webhook: { url: 'https://example.test', colour: 'red' } }],
  [false, { rabbitmq: { enabled: 'no' } }],
]

/** The same, in the words of v2 clients; the native dialect takes none of these. */
export const CREATE_V2 = [
  [true, { rejectCall: true }],
  [true, { webhook: { url, webhookByEvents: true, webhookBase64: false } }],
  [true, { webhookUrl: url, webhookByEvents: true, webhookEvents: ['CALL'] }],
  [true, { webhook: { url, webhookBase64: true } }],
  [false, { webhook: { url, webhookColour: 'red' } }],
]

export const WEBHOOK = [
  [true, { url }],
  [true, { webhook: { url, events: ['GROUPS_UPDATE'], headers: { a: 'b' }, byEvents: true, base64: false } }],
  [true, { webhook: { enabled: true, url, webhookByEvents: true, webhookBase64: false, webhookEvents: [] } }],
  [true, { webhookUrl: url, webhook_by_events: true, enabled: true }],
  [true, { enabled: false, url: '' }],
  [true, { webhook: { enabled: false } }],
  [true, { url, secret: null }],
  [true, { url, secret: 'whsec_' + 'A'.repeat(32) }],
  [false, {}],
  [false, { webhook: {} }],
  [false, { webhook: url }],
  [false, { url: '' }],
  [false, { url: 'ftp://example.test' }],
  [false, { url, enabled: 'yes' }],
  [false, { url, events: ['NOPE'] }],
  [false, { url, events: 'CALL' }],
  [true, { url, base64: true }],
  [true, { webhook: { url, webhookBase64: true } }],
  [false, { url, base64: 1 }],
  [false, { url, byEvents: 1 }],
  [false, { url, headers: { a: 1 } }],
  [false, { url, secret: 'short' }],
  [false, { webhook: { url, colour: 'red' } }],
]

export const RABBITMQ = [
  [true, { enabled: true }],
  [true, { rabbitmq: { enabled: true, events: ['MESSAGES_UPSERT', 'GROUPS_UPDATE'] } }],
  [true, { events: [] }],
  [true, { rabbitmq: { enabled: false, events: ['CALL'] } }],
  [false, {}],
  [false, { rabbitmq: {} }],
  [false, { rabbitmq: true }],
  [false, { enabled: 'yes' }],
  [false, { enabled: true, events: ['NOPE'] }],
  [false, { rabbitmq: { enabled: true, events: 'CALL' } }],
  [false, { rabbitmq: { enabled: true, colour: 'red' } }],
]

export const PRESENCE = [
  [true, { presence: 'available' }],
  [true, { presence: 'composing', number: PHONE }],
  [false, {}],
  [false, { presence: 'dancing' }],
  [false, { presence: true }],
  [false, { presence: 'paused', number: 5 }],
  [false, { presence: 'paused', number: '1'.repeat(129) }],
]

/** Members of a sendText beside a number and a text. */
export const TEXT = [
  [true, { quoted: { key: { id: 'ABC' } }, delay: 0, linkPreview: true, mentionsEveryOne: false, mentioned: [PHONE] }],
  [true, { options: {} }],
  [false, { number: undefined }],
  [false, { number: 15550000002 }],
  [false, { number: '' }],
  [false, { number: '1'.repeat(129) }],
  [false, { text: undefined }],
  [false, { text: ' \n\t' }],
  [false, { text: 'x'.repeat(65_537) }],
  [false, { quoted: 'ABC' }],
  [false, { quoted: {} }],
  [false, { quoted: { key: { id: '' } } }],
  [false, { delay: -1 }],
  [false, { delay: 60_001 }],
  [false, { delay: '5' }],
  [false, { linkPreview: 'yes' }],
  [false, { mentionsEveryOne: 1 }],
  [false, { mentioned: PHONE }],
  [false, { mentioned: [5] }],
  [false, { mentioned: [''] }],
]

/** Bodies of websocket/set. */
export const WEBSOCKET = [
  [true, { websocket: { enabled: true, events: ['GROUPS_UPDATE', 'CALL'] } }],
  [true, { websocket: { enabled: true, websocketEvents: ['CALL'] } }],
  [true, { enabled: true, events: [] }],
  [true, { websocketEnabled: false, websocket_events: ['CALL'] }],
  [true, { websocket: { enabled: false } }],
  [false, { websocket: { enabled: 'yes' } }],
  [false, { websocket: { events: ['NOPE'] } }],
  [false, { websocket: { events: 'CALL' } }],
  [false, { websocket: true }],
  [false, { websocket: { colour: 'red' } }],
]

/** Which dead letters: of replay and purge. */
export const CHOICE = [
  [true, { id: 1 }],
  [true, { ids: [1, 2] }],
  [true, { all: true }],
  [true, { lane: 'webhook/events', type: 'call', chat: 'a@s.whatsapp.net', after: 3 }],
  [true, { from: '2026-01-31T23:59:59Z', to: '2026-01-31T23:59:59.5Z' }],
  [false, {}],
  [false, { all: false }],
  [false, { after: 3 }],
  [false, { id: 0 }],
  [false, { id: '1' }],
  [false, { ids: [] }],
  [false, { ids: [1.5] }],
  [false, { ids: Array(1001).fill(1) }],
  [false, { id: 1, all: true }],
  [false, { id: 1, lane: 'webhook/events' }],
  [false, { lane: 7 }],
  [false, { chat: 'x'.repeat(129) }],
  [false, { from: 'yesterday' }],
  [false, { all: true, colour: 'red' }],
]

export const RESUME = [
  [true, { lane: 'webhook/events' }],
  [false, {}],
  [false, { lane: 7 }],
  [false, { lane: 'x'.repeat(257) }],
  [false, { lane: 'webhook/events', now: true }],
]
