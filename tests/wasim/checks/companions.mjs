// Media, and what the companions of one account share.
import { downloadMediaMessage } from 'baileys'
import { sleep } from '../client.mjs'
import { PA, admin, assert, cast, check, sim } from './world.mjs'

const { a, b, a2 } = cast

await check('media: document A->B uploaded, downloaded, decrypted', async () => {
  const data = Buffer.alloc(300_000, 'x')
  await a.sock.sendMessage(b.jid, { document: data, mimetype: 'application/octet-stream', fileName: 'x.bin' })
  const m = await b.wait('messages.upsert', (u) =>
    u.messages.find((m) => m.message?.documentMessage || m.message?.documentWithCaptionMessage),
  )
  const got = await downloadMediaMessage(m, 'buffer', {}, {})
  assert(got.equals(data))
  return `uploads=${sim.media.uploads} downloads=${sim.media.downloads}`
})

await check('second companion of same account: own-device fan-out', async () => {
  a2.onQr = (qr) => admin('scan-qr', { qr, phone: PA }).catch(() => {})
  await a2.connect()
  await a2.open()
  await sleep(300)
  await a.sock.sendMessage(b.jid, { text: 'seen by my other device' })
  await a2.wait('messages.upsert', (u) =>
    u.messages.some(
      (m) =>
        m.message?.conversation === 'seen by my other device' ||
        m.message?.extendedTextMessage?.text === 'seen by my other device',
    ),
  )
})
await check('signed pre-key rotation', async () => {
  const d = sim.store.device(PA + ':1@s.whatsapp.net'),
    old = d.skey
  await a.sock.rotateSignedPreKey()
  assert(!old.value.equals(d.skey.value))
})
await check('app-state patch (pin chat) syncs to second companion', async () => {
  await a.sock.chatModify({ pin: true }, b.jid)
  await a2.wait('chats.update', (cs) => cs.some((x) => x.pinned))
  const { mutationMap } = await sim.phone(sim.account(PA)).replay('regular_low') // every MAC and the LT-hash check out
  assert(Object.keys(mutationMap).some((k) => k.includes('pin_v1')))
})
