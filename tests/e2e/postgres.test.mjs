// The gateway on a real PostgreSQL: what is created is there after kill -9, a restart of the server is outlasted, and the
// password is told to nobody.
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Gateway } from './lib/gateway.mjs'
import { Postgres } from './lib/postgres.mjs'
import { until } from './lib/wait.mjs'

const SCHEMA = 'My "odd" Schéma'
let postgres, gateway, env

before(async () => {
  postgres = await new Postgres().start()
  env = {
    DATABASE_PROVIDER: 'postgresql',
    DATABASE_CONNECTION_URI: postgres.uri(`?schema=${encodeURIComponent(SCHEMA)}`),
  }
  gateway = await new Gateway({ env }).start()
})
after(async () => {
  await gateway?.remove()
  await postgres?.remove()
})

const names = async () => {
  const { json } = await gateway.call('GET', '/instance/fetchInstances')
  return json.map((row) => row.instanceName).sort()
}
const create = async (instanceName) => {
  const answer = await gateway.call('POST', '/instance/create', { body: { instanceName } })
  assert.equal(answer.status, 201, answer.text)
}

test('an instance is there after kill -9', async () => {
  await create('first')
  await gateway.kill9()
  await gateway.start()
  assert.deepEqual(await names(), ['first'])
  assert.equal(postgres.ask(`SELECT name FROM "${SCHEMA.replaceAll('"', '""')}".instances`), 'first')
})
test('a second gateway on the same schema is refused with a sentence', async () => {
  const second = new Gateway({ env })
  copyFileSync(join(gateway.dataDir, 'master.key'), join(second.dataDir, 'master.key')) // else that would be refused
  try {
    await assert.rejects(second.start(), /the schema My "odd" Schéma is in use by another process/)
  } finally {
    await second.remove()
  }
})
test('a restart of the server is outlasted, with a line when it goes and one when it is back', async () => {
  await postgres.stop()
  const waiting = create('second')
  await postgres.start()
  await waiting
  assert.deepEqual(await names(), ['first', 'second'])
  await until('it to be back', () => gateway.output.includes('the database is back'))
  assert.equal(gateway.output.match(/the database is away/g)?.length, 1, gateway.output)
  assert.equal(gateway.output.match(/the database is back/g)?.length, 1, gateway.output)
})
test('the configuration is checked without connecting, and nobody is told the password', async () => {
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null })
  await postgres.stop()
  const checked = gateway.checkConfig(env)
  assert.equal(checked.status, 0, checked.stderr)
  const printed = gateway.checkConfig(env, '--print-config')
  assert.match(printed.stdout, /^database\.connection_uri: "\*\*\*" {2}# DATABASE_CONNECTION_URI$/m)
  const bad = gateway.checkConfig({ ...env, DATABASE_CONNECTION_URI: env.DATABASE_CONNECTION_URI + '&sslmod=x' })
  assert.equal(bad.status, 1)
  assert.match(bad.stderr, /^.*DATABASE_CONNECTION_URI: database\.connection_uri: sslmod is not a parameter/m)
  await assert.rejects(gateway.start(), /database\.connection_uri: the database does not answer/)
  const said = [gateway.output, ...[checked, printed, bad].flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n')
  for (const secret of [postgres.password, encodeURIComponent(postgres.password)]) assert.ok(!said.includes(secret))
})
