// What a client can get wrong in a passkey ceremony: the simulator records each in a sentence.
import { companion, errorOf, like, newcomer, same } from './passkey_world.mjs'
import { assert, check, sim, until } from './world.mjs'

for (const [what, violation, spoil] of [
  ['another ref', /Identity.ref is 2@x, expected 2@/, (sent) => (sent.ref = '2@x')],
  ['another device type', /Identity.deviceType is 3, expected 1/, (sent) => (sent.deviceType = 3)],
  ['no public key', /Identity.publicKey is missing/, (sent) => delete sent.publicKey],
  ['a short public key', /Identity.publicKey has 31 bytes, expected 32/, (sent) => (sent.publicKey = Buffer.alloc(31))],
  ['a public key of small order', /publicKey is no public key/, (sent) => (sent.publicKey = Buffer.alloc(32))],
  ['an unknown field', /prologue_payload has an unknown field 9/, (sent) => (sent.garble = another)],
  ['a cut payload', /prologue_payload is no protobuf message/, (sent) => (sent.garble = (p) => p.subarray(0, -1))],
  ['another credential id', /credential_id is AAAA, expected/, (sent) => (sent.credentialId = Buffer.alloc(3))],
  ['padded base64', /response.signature is ".*==?", expected base64url/, padded],
  ['another type', /type is "password", expected "public-key"/, (sent) => (sent.assertion.type = 'password')],
  ['no user handle', /response.userHandle is undefined/, (sent) => delete sent.assertion.response.userHandle],
  ['an unknown child', /unknown child more/, (sent) => sent.children.push({ tag: 'more', attrs: {} })],
])
  await check(`passkey: an answer to the challenge with ${what} is recorded`, () =>
    companion(
      {},
      async (it) => {
        await it.challenged()
        same(await errorOf(it.respond({ proof: true, spoil })), 'bad-request')
        like(await it.refused, violation)
        like((await it.phoneSays()).violations.join(), violation)
      },
      [violation],
    ),
  )
function another(payload) {
  return Buffer.concat([payload, Buffer.from([9 * 8, 1])])
}
function padded({ assertion: { response } }) {
  response.signature = Buffer.from(response.signature, 'base64url').toString('base64') + '=='
}

await check('passkey: a nonce that is not the committed one is recorded', () =>
  companion(
    {},
    async (it) => {
      await it.challenged()
      await it.respond()
      same(await errorOf(it.continued({ nonce: Buffer.alloc(32) })), 'bad-request')
    },
    [/companion_nonce is not the one of prologue_payload.commitment.hash/],
  ),
)
for (const [what, violation, spoil, garble] of [
  ['another noise key', /companionPublicKey is not the noise key/, (f) => (f.companionPublicKey = Buffer.alloc(32))],
  ['another identity', /companionIdentityKey is not the/, (f) => (f.companionIdentityKey = Buffer.alloc(32))],
  ['no secret', /advSecret is missing/, (f) => delete f.advSecret],
  ['a short secret', /advSecret has 31 bytes, expected 32/, (f) => (f.advSecret = Buffer.alloc(31))],
  ['a spoilt seal', /does not open/, undefined, (sealed) => sealed.fill(0, 0, 1).fill(1, 1, 2)],
])
  await check(`passkey: a pairing request with ${what} is recorded`, () =>
    companion(
      {},
      async (it) => {
        await it.challenged()
        await it.respond({ proof: true })
        await it.continued()
        same(await errorOf(it.request(spoil, garble)), 'bad-request')
        like(await it.refused, violation)
        assert(!it.pairSuccess)
      },
      [violation],
    ),
  )
await check('passkey: the secret from before the challenge is recorded', () =>
  companion(
    {},
    async (it) => {
      await it.challenged()
      await it.respond({ proof: true })
      await it.continued()
      same(await errorOf(it.request((fields) => (fields.advSecret = it.oldAdvSecret))), 'bad-request')
    },
    [/advSecret is the one from before the challenge, expected a new one/],
  ),
)
await check('passkey: requests out of order, to somebody else or without a ceremony are recorded', async () => {
  await companion(
    {},
    async (it) => {
      await it.challenged()
      same(await errorOf(it.query('set', 'companion_nonce', Buffer.alloc(32))), 'conflict')
      await it.query('set', 'ref', undefined, { to: 'g.us', xmlns: 'w' })
      await it.respond()
      await it.continued()
      same(await errorOf(it.respond()), 'conflict')
    },
    [
      /companion_nonce came at the stage challenge, expected at continuation/,
      /ref came with xmlns w, expected md/,
      /ref came as iq set, expected get/,
      /ref went to @?g.us, expected s.whatsapp.net/,
      /ref came at the stage code, expected at challenge/,
    ],
  )
  const it = await newcomer()
  same(await errorOf(it.query('get', 'ref')), 'not-authorized')
  like(sim.violations.splice(0).join(), /^unpaired: ref came without a ceremony$/)
  await it.stop()
})
await check('passkey: acks that are missing, wrong or doubled are recorded', () =>
  companion(
    {},
    async (it) => {
      it.acks = false
      await it.challenged()
      await it.respond({ proof: true })
      await until('the server goes on', () => it.seen.crsc_continuation?.length)
      const [continuation] = it.seen.crsc_continuation
      await it.ack(continuation, { type: 'other' })
      await it.ack(continuation)
      await it.continued()
      await it.request()
      await it.linked
    },
    [
      /ack of crsc_continuation says type=other, expected crsc_continuation/,
      /crsc_continuation was acked twice/,
      /passkey_prologue_request was not acked/,
    ],
  ),
)
await check('passkey: options that were sent are not asked for', () =>
  companion(
    {},
    async (it) => {
      await it.challenged()
      await it.askForOptions()
    },
    [/passkey_request_options was asked for, expected use/],
  ),
)
