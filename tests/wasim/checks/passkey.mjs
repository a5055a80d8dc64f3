// Accounts that are linked by a passkey ceremony, and go on as any other.
import { Authenticator } from '../src/authenticator.mjs'
import { companion, errorOf, like, newcomer, same } from './passkey_world.mjs'
import { admin, assert, check, sim } from './world.mjs'

await check('passkey: settings that make no sense are refused, all faults at once', async () => {
  const passkey = { handoff: 'maybe', timeout: -1, colour: 1, credential: { id: '*' }, trouble: { close: 'ref', x: 1 } }
  const error = await errorOf(admin('account', { phone: '15552220001', passkey }))
  for (const part of ['handoff', 'timeout', 'colour', 'id', 'publicKey', 'trouble.close', 'trouble.x'])
    like(error, new RegExp(`passkey\\.(credential\\.)?${part} `))
  await admin('account', { phone: '15552220001', passkey: null })
})

await check('passkey: with a proof nobody compares codes, and the account is linked as any other', () =>
  companion({ handoff: true }, async (it) => {
    const options = await it.challenged()
    same(
      JSON.stringify({ ...options, challenge: '' }),
      '{"challenge":"","timeout":600000,"rpId":"whatsapp.com","allowCredentials":[],' +
        '"userVerification":"required","extensions":{"uvm":true}}',
    )
    same(Buffer.from(options.challenge, 'base64url').length, 32)
    like(await errorOf(admin('scan-qr', { qr: it.client.lastQr, phone: it.phone })), /409 this connection is being/)
    await it.respond({ proof: true })
    const code = await it.continued()
    await it.request()
    like((await it.linked).jid, /:1@s.whatsapp.net$/)
    for (const tag of ['jurisdiction', 'encryption-metadata', 'client-props'])
      assert(
        it.pairSuccess.content.some((child) => child.tag === tag),
        tag,
      )
    const { stage, proof, code: shown } = await it.phoneSays()
    same([stage, proof, shown].join(), ['linked', 'verified', code].join())
    await it.open()
  }),
)

await check('passkey: without a proof the phone shows the same code and waits for its user', () =>
  companion({ handoff: false }, async (it) => {
    await it.challenged()
    await it.respond()
    like(await errorOf(admin('passkey/confirm', { phone: it.phone })), /409.*no code at the stage/)
    const code = await it.continued()
    like(code, /^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/)
    same((await it.phoneSays()).code, code)
    await it.request()
    same((await it.phoneSays()).stage, 'request')
    assert(!it.pairSuccess && !sim.store.account(`${it.phone}@s.whatsapp.net`).companions.length)
    like(await errorOf(admin('passkey/confirm', { phone: it.phone, code: '1111-1111' })), /409.*the phone shows/)
    await admin('passkey/confirm', { phone: it.phone, code })
    await it.linked
    await it.open()
  }),
)
await check('passkey: the user may confirm on the phone before the companion asks', () =>
  companion({}, async (it) => {
    await it.challenged()
    await it.respond()
    const code = await it.continued()
    await admin('passkey/confirm', { phone: it.phone, code })
    assert(!it.pairSuccess)
    await it.request()
    await it.linked
  }),
)

for (const options of ['asked', 'garbled'])
  await check(`passkey: options that are ${options} come by a request`, () =>
    companion({ options, rpId: 'web.whatsapp.com', further: { hints: ['client-device'] } }, async (it) => {
      same(await it.challenged(), undefined)
      const got = await it.askForOptions()
      same(JSON.stringify(got), JSON.stringify((await it.phoneSays()).options))
      same([got.rpId, got.hints[0]].join(), 'web.whatsapp.com,client-device')
      await it.respond()
    }),
  )
await check(
  'passkey: a public key may come as COSE, and a child of no meaning before the one that counts',
  async () => {
    const authenticator = new Authenticator()
    const { id } = authenticator.credential
    const credential = { id, publicKey: authenticator.cosePublicKey }
    const it = await newcomer({ credential, strayChild: true }, { authenticator })
    it.scan()
    await it.whole()
    await it.linked
    await it.stop()
  },
)

await check('passkey: two companions of one account at once do not mix', async () => {
  const one = await newcomer()
  const two = await newcomer({}, one)
  for (const it of [one, two]) {
    it.scan()
    await it.challenged()
  }
  assert(one.options.challenge !== two.options.challenge)
  await two.respond()
  await one.respond()
  const codes = [await one.continued(), await two.continued()]
  const shown = await admin('passkey', { phone: one.phone })
  same(shown.map((c) => c.code).join(), codes.join())
  like(await errorOf(admin('passkey/confirm', { phone: one.phone })), /409 several ceremonies are running/)
  await admin('passkey/confirm', { phone: one.phone, id: shown[1].id, code: codes[1] })
  await one.request()
  await two.request()
  await two.linked
  same((await admin('passkey', { phone: one.phone })).map((c) => c.stage).join(), 'request,linked')
  await admin('passkey/confirm', { phone: one.phone, id: shown[0].id, code: codes[0] })
  await one.linked
  same(sim.violations.length, 0)
  await one.stop()
  await two.stop()
})

await check('passkey: a pairing code leads to the ceremony, whose proof is by the secret of the code', async () => {
  const it = await newcomer({ handoff: true })
  await it.enterCode()
  await it.whole()
  await it.linked
  await it.open()
  same((await it.phoneSays()).proof, 'verified')
  same(sim.violations.join(), '')
  await it.stop()
})
await check('passkey: a pairing code may be set aside for the ceremony', async () => {
  const it = await newcomer({ codeFlow: 'bare' })
  await it.enterCode()
  await it.challenged()
  await it.respond()
  const shown = await it.continued()
  await it.request()
  await admin('passkey/confirm', { phone: it.phone, code: shown })
  await it.linked
  same(sim.violations.join(), '')
  await it.stop()
})
