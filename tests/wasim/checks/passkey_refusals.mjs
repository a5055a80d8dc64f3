// Passkey ceremonies that end early, though not by a fault of the client's protocol, and proofs.
import { Authenticator } from '../src/authenticator.mjs'
import { STEPS } from '../src/passkey/settings.mjs'
import { companion, errorOf, like, same } from './passkey_world.mjs'
import { assert, check } from './world.mjs'

for (const [what, lies, reason] of [
  ['of another page', { origin: 'https://example.com' }, /clientDataJSON origin is "https:\/\/example.com"/],
  ['of another challenge', { challenge: 'AAAA' }, /clientDataJSON challenge is "AAAA"/],
  ['that is a registration', { type: 'webauthn.create' }, /clientDataJSON type is "webauthn.create"/],
  ['across origins', { crossOrigin: true }, /across origins/],
  ['for another relying party', { rpId: 'example.com' }, /authenticatorData is not for whatsapp.com/],
  ['without a user', { userPresent: false }, /no user was present/],
  ['without verification of the user', { userVerified: false }, /user was not verified/],
  ['by another key', { otherKey: true }, /signature is not by the registered credential/],
])
  await check(`passkey: an assertion ${what} is refused, which is no fault of the client`, () =>
    companion({}, async (it) => {
      await it.challenged()
      same(await errorOf(it.respond({ proof: true, lies })), 'not-authorized')
      like(await it.refused, new RegExp(`409 passkey: .*${reason.source}`))
      same((await it.phoneSays()).stage, 'refused')
    }),
  )
await check('passkey: an assertion by a credential of somebody else is refused', () =>
  companion({}, async (it) => {
    it.authenticator = new Authenticator()
    await it.challenged()
    same(await errorOf(it.respond()), 'not-authorized')
    like(await it.refused, /credential is not registered/)
  }),
)
await check('passkey: an unverified user will do where verification is not required', () =>
  companion({ userVerification: 'preferred' }, async (it) => {
    await it.challenged()
    await it.respond({ lies: { userVerified: false } })
  }),
)

for (const [what, settings, proof, violation] of [
  ['a wrong one', {}, Buffer.alloc(32), /pairing_handoff_proof is wrong/],
  ['a short one', {}, Buffer.alloc(5), /pairing_handoff_proof is wrong/],
  ['none where one is demanded', { handoff: true }, null, /pairing_handoff_proof is missing/],
  ['one where none is wanted', { handoff: false }, undefined, /pairing_handoff_proof is there, expected none/],
  ['one that is too old', { handoffWindow: 0 }, undefined, /pairing_handoff_proof is there \d+ ms after/],
])
  await check(`passkey: of proofs, ${what} is refused and recorded`, () =>
    companion(
      settings,
      async (it) => {
        await it.challenged()
        const spoil = (sent) => (sent.proof = proof ?? undefined)
        same(await errorOf(it.respond({ proof: proof !== null, spoil })), 'bad-request')
        like(await it.refused, violation)
      },
      [violation],
    ),
  )

await check('passkey: a server that refuses says so with the code that the test wants', () =>
  companion({ trouble: { refuse: 406 } }, async (it) => {
    await it.challenged()
    const error = await it.respond({ proof: true }).catch((e) => e)
    same(error.data, 406)
    like(await it.refused, /409 passkey: refused because/)
  }),
)
await check('passkey: an accepted assertion that nothing follows expires', () =>
  companion({ trouble: { no_continuation: true }, timeout: 300 }, async (it) => {
    await it.challenged()
    await it.respond({ proof: true })
    same((await it.phoneSays()).stage, 'prologue')
    like(await it.refused, /408 passkey: the assertion expired after 300 ms/)
    assert(!it.seen.crsc_continuation?.length)
  }),
)
await check('passkey: a challenge expires', () =>
  companion({ timeout: 30 }, async (it) => {
    await it.challenged()
    like(await it.refused, /408 passkey: the challenge expired after 30 ms/)
    same(await errorOf(it.respond()), 'gone')
  }),
)
await check('passkey: a continuation that nobody asked for changes nothing', () =>
  companion({ trouble: { early_continuation: true } }, async (it) => {
    await it.challenged()
    await it.notification('crsc_continuation')
    await it.answer()
    await it.linked
  }),
)

for (const place of STEPS.flatMap((step) => [`before ${step}`, `after ${step}`]))
  await check(`passkey: the server closes the socket ${place}`, () =>
    companion({ options: 'asked', trouble: { close: place } }, async (it) => {
      const through = async () => {
        await it.challenged()
        await it.askForOptions()
        await it.answer()
      }
      const done = through().catch(() => {})
      await it.client.wait('connection.update', (u) => u.connection === 'close')
      like(await it.refused, new RegExp(`passkey: closed by the server ${place}|closed by the client`))
      const { stage, reason } = await it.phoneSays()
      same([stage, reason].join(), `closed,closed by the server ${place}`)
      await done
      same(!!it.pairSuccess, place === 'after pair-success')
    }),
  )
await check('passkey: a client that goes away ends the ceremony', () =>
  companion({}, async (it) => {
    await it.challenged()
    await it.stop()
    like(await it.refused, /499 passkey: the connection closed/)
  }),
)
