// The real daemon as a child process, with its own data folder and a port of its own choosing.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './wait.mjs'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const build = process.env.COLIBRI_BUILD ?? join(root, 'build/release')
/** A program of the build. */
export const program = (name) => join(build, name)

export class Gateway {
  /**
   * `sim`: a running simulator the connector talks to. `config`: more YAML lines. `env`: more environment.
   * `caFile`: certificates it trusts. `launcher`: a command that becomes the daemon, which follows as its arguments.
   */
  constructor({ sim, config = '', env = {}, caFile, launcher = [] } = {}) {
    this.launcher = launcher
    this.dir = mkdtempSync(join(tmpdir(), 'colibri-e2e-'))
    this.dataDir = join(this.dir, 'data')
    mkdirSync(this.dataDir, { mode: 0o700 })
    this.key = randomBytes(24).toString('base64url')
    this.webhookSecret = 'whsec_' + randomBytes(32).toString('base64')
    this.output = ''
    this.env = {
      PATH: process.env.PATH,
      HOME: this.dir,
      COLIBRI_TEST_MODE: '1',
      AUTHENTICATION_FAILED_PER_MINUTE: '0', // tests send wrong keys by the hundred
      // It is nobody else's process, whatever users there are on this machine.
      COLIBRI_PROCESS_USER: 'root',
      COLIBRI_PROCESS_BRIDGE_USER: 'root',
      ...simulatorEnv(sim),
      ...env,
    }
    this.configFile = join(this.dir, 'colibri.yaml')
    writeFileSync(
      this.configFile,
      `server: { port: 0 }
authentication: { api_key: "${this.key}" }
data_dir: "${this.dataDir}"
http_client: { allow: [loopback], ca_file: ${JSON.stringify(caFile ?? null)} }
log: { level: debug }
plugins:
  directory: "${join(build, 'plugins')}"
  webhook: { secret: "${this.webhookSecret}" }
  baileys: { bridge_dir: "${join(root, 'plugins/baileys/bridge')}" }
${config}`,
      { mode: 0o600 },
    )
  }

  /** `log`: what it has logged so far, if not to stderr. */
  async start({ log = () => this.output } = {}) {
    const from = log().length
    const [program, ...args] = [...this.launcher, join(build, 'colibri'), '--config', this.configFile]
    this.child = spawn(program, args, {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.gone = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })))
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (d) => {
        this.output += d
      })
    let ended
    this.gone.then((how) => {
      ended = how
    })
    const port = await until(
      () => `the API to serve; so far: ${log().slice(from)}`,
      () => {
        if (ended) throw new Error(`the daemon ended (${JSON.stringify(ended)}): ${this.output.slice(-2000)}`)
        return log().slice(from).match(/listening .*port=(\d+)/)?.[1]
      },
    )
    this.url = `http://127.0.0.1:${port}`
    await until('GET /health', () =>
      fetch(`${this.url}/health`).then(
        (r) => r.ok,
        () => false,
      ),
    )
    return this
  }

  /** `colibri --check-config`, with more environment: {status, stdout, stderr}. */
  checkConfig(env = {}, option = '--check-config') {
    return spawnSync(join(build, 'colibri'), ['--config', this.configFile, option], {
      env: { ...this.env, ...env },
      encoding: 'utf8',
    })
  }

  /** What a start that is refused says; `launcher` as in the constructor. */
  refusal(launcher = []) {
    const [program, ...args] = [...launcher, join(build, 'colibri'), '--config', this.configFile]
    const { status, stderr } = spawnSync(program, args, {
      env: this.env,
      encoding: 'utf8',
      timeout: 30_000,
    })
    if (status !== 1) throw new Error(`the start was not refused (${status}): ${stderr}`)
    return stderr
  }

  /** The configuration no longer names a plugin; from the next start on. */
  dropPlugin(alias) {
    const lines = readFileSync(this.configFile, 'utf8').split('\n')
    writeFileSync(this.configFile, lines.filter((line) => !line.startsWith(`  ${alias}:`)).join('\n'))
  }

  get pid() {
    return this.child.pid
  }
  async kill9() {
    this.child.kill('SIGKILL')
    await this.gone
  }
  /** SIGTERM; resolves with how it ended. */
  async stop() {
    this.child.kill('SIGTERM')
    return this.gone
  }
  async remove() {
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.kill9()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** One request; the body is parsed if it is JSON. */
  async call(method, path, { key = this.key, body, headers = {} } = {}) {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        ...(key === null ? {} : { apikey: key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    let json
    try {
      json = JSON.parse(text)
    } catch {
      json = undefined
    }
    return { status: answer.status, json, text, headers: answer.headers }
  }
  async state(name) {
    return (await this.call('GET', `/${name}/instance/connectionState`)).json?.state
  }

  /** Process ids of the bridges that run now. */
  bridges() {
    return childrenOf(this.pid).filter((pid) => commandOf(pid).includes('main.mjs'))
  }
}

export function simulatorEnv(sim) {
  if (!sim) return {}
  return {
    COLIBRI_BAILEYS_SERVER_URL: sim.url,
    COLIBRI_BAILEYS_NOISE_ROOT: Buffer.from(sim.identity.rootPublic).toString('hex'),
    COLIBRI_BAILEYS_TLS_INSECURE_MEDIA: 'true',
  }
}

function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        const stat = readFileSync(`/proc/${child}/stat`, 'utf8')
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid
      } catch {
        return false
      } // it has ended meanwhile
    })
}
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
export const isRunning = (pid) => commandOf(pid) !== ''
