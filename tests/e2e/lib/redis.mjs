// A real redis-server with a port and a folder of its own, which keeps every write.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './wait.mjs'

export class Redis {
  async start() {
    this.dir ??= mkdtempSync(join(tmpdir(), 'colibri-redis-'))
    this.port ??= await freePort()
    const args = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.dir, '--save', '']
    this.child = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'].map(String), {
      stdio: 'ignore',
    })
    this.gone = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.once('error', (error) => {
      this.failure = error
    })
    await until('redis-server (Debian: redis-server) to answer', () => {
      if (this.failure) throw this.failure
      return this.ask('PING') === 'PONG'
    })
    return this
  }
  async kill() {
    this.child.kill('SIGKILL')
    await this.gone
  }
  async remove() {
    await this.kill()
    rmSync(this.dir, { recursive: true, force: true })
  }
  get uri() {
    return `redis://127.0.0.1:${this.port}/0`
  }
  /** What redis-cli prints. */
  ask(...command) {
    return spawnSync('redis-cli', ['-p', String(this.port), ...command], { encoding: 'utf8' }).stdout.trim()
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
