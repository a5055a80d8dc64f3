// A PostgreSQL server of its own, in a folder of its own, behind a Unix socket. As root it runs as nobody, since
// PostgreSQL refuses root. It dies with the test.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './wait.mjs'

const bin = process.env.POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin'
const NOBODY = 65534
const asNobody = process.getuid() === 0 ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []

export class Postgres {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'colibri-pg-'))
    this.password = "p@ss word'/:?#%"
    const passwordFile = join(this.dir, 'password')
    writeFileSync(passwordFile, this.password + '\n')
    if (asNobody.length) {
      chownSync(this.dir, NOBODY, NOBODY)
      chmodSync(this.dir, 0o755)
    }
    const options = ['-U', 'gateway', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '-N']
    execFileSync('setpriv', [
      ...['--pdeathsig', 'KILL', ...asNobody, join(bin, 'initdb')],
      ...['-D', join(this.dir, 'data'), '--pwfile', passwordFile, ...options],
    ])
  }

  async start() {
    const settings = ['-k', this.dir, '-c', 'listen_addresses=', '-c', 'shared_buffers=32MB']
    this.child = spawn(
      'setpriv',
      ['--pdeathsig', 'QUIT', ...asNobody, join(bin, 'postgres'), '-D', join(this.dir, 'data'), ...settings],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    )
    this.gone = new Promise((resolve) => this.child.once('exit', resolve))
    await until('PostgreSQL to be ready', () => {
      try {
        return this.ask('SELECT 1') === '1'
      } catch {
        return false
      }
    })
    return this
  }
  async stop() {
    this.child.kill('SIGINT')
    await this.gone
  }
  async remove() {
    if (this.child?.exitCode === null) await this.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }

  uri(parameters) {
    const [password, folder] = [this.password, this.dir].map(encodeURIComponent)
    return `postgresql://gateway:${password}@${folder}/postgres${parameters}`
  }
  /** Runs one statement; what it answers, as text. */
  ask(sql) {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
    return execFileSync(join(bin, 'psql'), [this.uri(''), '-XAtqc', sql], options).trim()
  }
}
