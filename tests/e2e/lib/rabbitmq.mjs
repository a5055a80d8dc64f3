// A RabbitMQ of its own: folder, ports, name server (epmd) and node name are its own, so several run side by side.
// It runs as whoever runs the test, without Debian's service, and dies with the test.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from './wait.mjs'

const bin = process.env.RABBITMQ_BIN ?? '/usr/lib/rabbitmq/bin'
const run = promisify(execFile)

export class RabbitMq {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'colibri-rabbitmq-'))
    this.node = `c${randomBytes(6).toString('hex')}@localhost`
    this.user = 'guest'
    this.password = 'guest'
    writeFileSync(join(this.dir, 'enabled_plugins'), '[].\n')
    /** The certificate of its TLS port, for localhost, signed by itself. */
    this.certificate = join(this.dir, 'cert.pem')
    const of = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(this.dir, 'key.pem')]
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...of, ...key, '-out', this.certificate], { stdio: 'ignore' })
  }

  async start() {
    if (!this.port) {
      ;[this.port, this.tlsPort, this.distPort, this.epmdPort] = await freePorts(4)
      const settings = [
        'log.console = false',
        'log.file.level = info',
        `listeners.ssl.1 = 127.0.0.1:${this.tlsPort}`,
        `ssl_options.certfile = ${this.certificate}`,
        `ssl_options.keyfile = ${join(this.dir, 'key.pem')}`,
      ]
      writeFileSync(join(this.dir, 'rabbitmq.conf'), settings.join('\n') + '\n')
    }
    this.env ??= {
      PATH: process.env.PATH,
      HOME: this.dir,
      LANG: 'C.UTF-8',
      ERL_EPMD_PORT: `${this.epmdPort}`,
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: join(this.dir, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(this.dir, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(this.dir, 'mnesia'),
      RABBITMQ_LOG_BASE: join(this.dir, 'log'),
      RABBITMQ_PID_FILE: join(this.dir, 'pid'),
      RABBITMQ_NODENAME: this.node,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: `${this.port}`,
      RABBITMQ_DIST_PORT: `${this.distPort}`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-start_epmd false +sbwt none +sbwtdcpu none +sbwtdio none',
      RUNNING_UNDER_SYSTEMD: 'true', // the script becomes the server, so that its pid is ours
    }
    this.epmd ??= child('epmd', ['-port', this.epmdPort, '-address', '127.0.0.1'], this.env)
    this.server = child(join(bin, 'rabbitmq-server'), [], this.env)
    await until(
      () => `RabbitMQ (Debian: rabbitmq-server) to start; its log: ${this.log().slice(-2000)}`,
      () => {
        for (const { failed, ended } of [this.epmd, this.server])
          if (failed || ended) throw failed ?? new Error(`it ended: ${this.log().slice(-2000)}`)
        return /Server startup complete/.test(this.log().slice(this.logRead ?? 0))
      },
      60_000,
    )
    return this
  }
  async kill() {
    this.logRead = this.log().length
    await kill(this.server)
  }
  async remove() {
    for (const one of [this.server, this.epmd]) if (one) await kill(one)
    rmSync(this.dir, { recursive: true, force: true })
  }

  uri({ user = this.user, password = this.password, port = this.port } = {}) {
    return `amqp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}`
  }
  /** What rabbitmqctl prints. */
  async ctl(...args) {
    return (await run(join(bin, 'rabbitmqctl'), ['-q', '-n', this.node, ...args], { env: this.env })).stdout
  }
  /** Publishers are blocked from now on, or no longer. */
  memoryAlarm(on) {
    return this.ctl('set_vm_memory_high_watermark', on ? '0.00001' : '0.6')
  }
  /**
   * Resolves once a kill -9 leaves the quorum queue as it is: this RabbitMQ writes down with a delay of seconds which it has, and
   * one that it has forgotten takes no messages any more.
   */
  keeps(queue) {
    const names = join(this.dir, 'mnesia', this.node, 'quorum', this.node, 'names.dets')
    return until(`the broker to write down ${queue}`, () => readFileSync(names).includes(queue), 30_000)
  }
  log() {
    try {
      return readFileSync(join(this.dir, 'log', `${this.node}.log`), 'utf8')
    } catch {
      return '' // not begun yet
    }
  }
}

function child(program, args, env) {
  const process = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args.map(String)], { env, stdio: 'ignore' })
  const one = { process }
  one.gone = new Promise((resolve) => process.once('exit', resolve))
  one.gone.then(() => {
    one.ended = true
  })
  process.once('error', (error) => {
    one.failed = error
  })
  return one
}
async function kill(one) {
  one.process.kill('SIGKILL')
  await one.gone
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
