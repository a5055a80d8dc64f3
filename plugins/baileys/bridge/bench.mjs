// Memory of one bridge process: its floor, and what each idle, open instance adds. Against the simulator.
//   node bench.mjs [instances] [node flags…]
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { World } from './test/support/world.mjs';

const [count = '50', ...flags] = process.argv.slice(2);
const world = await World.create();
const host = await world.host({ flags });
const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${host.child.pid}/status`, 'utf8'))[1]) / 1024;
const cpuS = () => readFileSync(`/proc/${host.child.pid}/stat`, 'utf8').split(' ').slice(13, 15).reduce((a, b) => a + b / 100, 0);
const say = (text) => process.stdout.write(`${text}\n`);

await delay(1000);
const floor = rssMb();
say(`flags ${flags.join(' ') || 'none'}\nfloor                     ${floor.toFixed(0)} MB`);
for (let n = 1; n <= Number(count); ++n) await world.pair(host, String(n));
await delay(20_000);
const paired = rssMb();
say(`${count} just paired            ${paired.toFixed(0)} MB (${((paired - floor) / count).toFixed(2)} each)`);
await host.stop();
const second = await world.host({ flags, store: host.store });
Object.assign(host, { child: second.child });
const start = cpuS();
for (let n = 1; n <= Number(count); ++n) second.open(String(n));
for (let n = 1; n <= Number(count); ++n) await second.state(String(n), 'open', 0, 120_000);
await delay(20_000);
const idle = rssMb();
say(`${count} reconnected, idle      ${idle.toFixed(0)} MB (${((idle - floor) / count).toFixed(2)} each), ${(cpuS() - start).toFixed(1)} s CPU to open`);
const before = cpuS();
await delay(30_000);
say(`idle CPU                  ${(((cpuS() - before) / 30) * 100).toFixed(2)} % of a core`);
await world.end();
process.exit(0);
