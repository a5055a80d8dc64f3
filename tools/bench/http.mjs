#!/usr/bin/env node
// The public listener against Express 5, in alternating rounds on the same machine.
//
//   node tools/bench/http.mjs [--server PROGRAM] [--rounds N] [--seconds N] [--idle N] [--loops N]
//   node tools/bench/http.mjs --url URL --pid PID --apikey KEY      a gateway that runs already
//
// PROGRAM defaults to the `bench` build's http-bench-server. URL is a whole route, for instance
// http://127.0.0.1:8080/a/instance/connectionState. Needs `wrk`, and `npm ci` in this folder.
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const route = '/a/instance/connectionState';

const { values: options } = parseArgs({
  options: {
    server: { type: 'string', default: here('../../build/bench/core/http/http-bench-server') },
    url: { type: 'string' },
    pid: { type: 'string' },
    apikey: { type: 'string', default: 'benchmark-key-0123456789' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    idle: { type: 'string', default: '10000' },
    loops: { type: 'string', default: '0' },
    connections: { type: 'string', default: '32,256' },
  },
});
const rounds = Number(options.rounds);
const idle = Number(options.idle);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const ticksPerSecond = Number((await run('getconf', ['CLK_TCK'])).stdout);

/** CPU microseconds the process has used so far, all threads. */
function cpuMicroseconds(pid) {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return ((Number(afterName[11]) + Number(afterName[12])) / ticksPerSecond) * 1e6;
}

function residentMegabytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** Starts a server that prints where it listens. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => { throw new Error(`${program} did not start`); }),
  ]);
  return { pid: child.pid, url: /http:\S+/.exec(line.toString())[0] + route, child };
}

/** One wrk run: requests per second, CPU per request, 99th percentile, answers that were no 2xx. */
async function drive(server, connections, seconds = options.seconds) {
  const before = cpuMicroseconds(server.pid);
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency',
    '-H', `apikey: ${options.apikey}`, server.url]);
  const used = cpuMicroseconds(server.pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]),
    cpu: used / requests,
    p99: /99%\s+(\S+)/.exec(stdout)[1],
    bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
      + (/Socket errors: (.*)/.exec(stdout) ? 1 : 0),
  };
}

async function compare(ours, peer) {
  for (const connections of options.connections.split(',')) {
    const results = { ours: [], peer: [] };
    for (let round = 0; round < rounds; ++round) {
      results.ours.push(await drive(ours, connections));
      results.peer.push(await drive(peer, connections));
    }
    const [a, b] = [results.ours, results.peer].map((list) => ({
      rate: median(list.map((r) => r.rate)),
      cpu: median(list.map((r) => r.cpu)),
      p99: list[Math.floor(list.length / 2)].p99,
      bad: list.reduce((sum, r) => sum + r.bad, 0),
    }));
    const show = (name, r) => console.log(`  ${name.padEnd(9)} ${r.rate.toFixed(0).padStart(8)} requests/s`
      + `  ${r.cpu.toFixed(1).padStart(7)} µs CPU/request  p99 ${r.p99}${r.bad ? `  BAD ANSWERS: ${r.bad}` : ''}`);
    console.log(`${connections} connections, median of ${rounds} alternating rounds of ${options.seconds} s`);
    show('colibri', a);
    show('express 5', b);
    console.log(`  ratio     ${(a.rate / b.rate).toFixed(1)}x requests/s (target 12x), `
      + `${(b.cpu / a.cpu).toFixed(1)}x less CPU; CPU target 25 µs`);
  }
}

/** Opens keep-alive connections, has each make one request, and leaves them idle. */
async function holdIdle(url, count) {
  const { hostname, port, pathname } = new URL(url);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\napikey: ${options.apikey}\r\n\r\n`;
  const state = { open: 0, sockets: [] };
  const one = async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    state.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('close', () => { state.open -= 1; });
    await once(socket, 'connect');
    socket.write(request);
    const [answer] = await once(socket, 'data');
    if (answer.toString().startsWith('HTTP/1.1 200')) state.open += 1;
  };
  for (let done = 0; done < count; done += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - done) }, one));
  }
  return state;
}

async function idleConnections(ours) {
  const before = residentMegabytes(ours.pid);
  const rates = { unloaded: [], loaded: [] };
  const held = { ours: 0, resident: 0 };
  // Unloaded and loaded alternate, too: a busy machine changes from one second to the next.
  for (let round = 0; round < Math.min(3, rounds); ++round) {
    rates.unloaded.push((await drive(ours, 32)).rate);
    const state = await holdIdle(ours.url, idle);
    rates.loaded.push((await drive(ours, 32)).rate);
    held.ours = state.open;
    held.resident = residentMegabytes(ours.pid);
    for (const socket of state.sockets) socket.destroy();
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  const kept = median(rates.loaded) / median(rates.unloaded);
  console.log(`${idle} idle keep-alive connections, ${rates.loaded.length} rounds`);
  console.log(`  held      ${held.ours} of ${idle}; resident ${held.resident.toFixed(1)} MB `
    + `(${before.toFixed(1)} before; target 40)`);
  console.log(`  meanwhile ${median(rates.loaded).toFixed(0)} requests/s, ${(100 * kept).toFixed(0)} % of `
    + `${median(rates.unloaded).toFixed(0)} unloaded (target 80 %)`);
}

async function main() {
  if (!existsSync(here('node_modules/express'))) throw new Error('run `npm ci` in tools/bench first');
  if (Boolean(options.url) !== Boolean(options.pid)) throw new Error('--url and --pid belong together');
  if (!options.url && !existsSync(options.server)) throw new Error(`no such program: ${options.server}`);
  console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}`);
  const started = [];
  try {
    let ours = { url: options.url, pid: Number(options.pid) };
    if (!options.url) {
      ours = await start(options.server, [options.apikey, options.loops]);
      started.push(ours.child);
    }
    const peer = await start(process.execPath, [here('express-hello.mjs')]);
    started.push(peer.child);
    await compare(ours, peer);
    if (idle > 0) await idleConnections(ours);
  } finally {
    for (const child of started) child.kill('SIGTERM');
  }
}

await main();
