// Profile pictures: there, not there, private.
import { PB, admin, assert, cast, check } from './world.mjs'

const { a, b } = cast
const picture = Buffer.from('a picture')
const code = (jid) => a.sock.profilePictureUrl(jid, 'image', 5000).then(() => 200, (e) => e.data)

await check('a picture has an address under which it is', async () => {
  await admin('picture', { phone: PB, picture: picture.toString('base64') })
  const got = await fetch(await a.sock.profilePictureUrl(b.jid, 'image', 5000))
  assert(Buffer.from(await got.arrayBuffer()).equals(picture))
})
await check('a private picture: 401, but not to its owner', async () => {
  await admin('account', { phone: PB, privacy: { profile: 'none' } })
  assert((await code(b.jid)) === 401)
  assert(await b.sock.profilePictureUrl(b.jid, 'image', 5000))
  await admin('account', { phone: PB, privacy: { profile: 'all' } })
})
await check('none: 404, of a person and of a number that is nobody', async () => {
  await admin('picture', { phone: PB })
  assert((await code(b.jid)) === 404)
  assert((await code('19998887777@s.whatsapp.net')) === 404)
})
await check('the picture of a group is for its members', async () => {
  const g = await b.sock.groupCreate('Pictured', [])
  await admin('picture', { group: g.id, picture: picture.toString('base64') })
  assert((await code(g.id)) === 403)
  assert(await b.sock.profilePictureUrl(g.id, 'image', 5000))
})
await check('an iq that is to fail, or not to be answered', async () => {
  await admin('faults', { iq: { 'w:profile:picture': 429 } })
  assert((await code(b.jid)) === 429)
  await admin('faults', { iq: { 'w:profile:picture': 'silent' } })
  const e = await a.sock.profilePictureUrl(b.jid, 'image', 100).catch((x) => x)
  assert(e.output.statusCode === 408)
  await admin('faults', { iq: {} })
})
