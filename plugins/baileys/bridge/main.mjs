// The bridge process: frames with the daemon on file descriptor 3, WhatsApp sockets of many instances.
// Ends with the daemon: nothing of it is worth keeping, all state is in the daemon's store.
import './src/silence.mjs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { encodeFrame } from './src/frames.mjs';
import { Link } from './src/link.mjs';

const BAD_FRAME = 70;
const PROTOCOL_VERSION = 1;

let log = null;

// baileys leaves promises of dead sockets to themselves. What is thrown there concerns a socket that has been
// given up, not the other instances.
process.on('unhandledRejection', (error) => {
  log?.warn('a promise was rejected and nobody listened', { reason: nameOf(error) });
});
process.on('uncaughtException', (error) => die(`an exception that nobody caught: ${nameOf(error)}`));

const stream = new net.Socket({ fd: 3, readable: true, writable: true });
stream.write(encodeFrame(hello()));
const { Bridge } = await load();

const link = new Link(stream);
const bridge = new Bridge(link, PROTOCOL_VERSION);
log = bridge.log;
link.on('end', () => process.exit(0));
link.on('broken', () => process.exit(BAD_FRAME));
bridge.on('fatal', die);

/** Sent before baileys is loaded: that takes a second, on a busy machine ten. */
function hello() {
  let baileys;
  try {
    baileys = createRequire(import.meta.url)('baileys/package.json').version;
  } catch (error) {
    die(`the packages are not installed (npm ci): ${nameOf(error)}`);
  }
  return { t: 'hello', version: PROTOCOL_VERSION, pid: process.pid, node: process.versions.node, baileys };
}

async function load() {
  try {
    await import('./src/signal_jobs.mjs'); // before anything loads libsignal
    return await import('./src/bridge.mjs');
  } catch (error) {
    return die(`the packages cannot be loaded: ${nameOf(error)}`);
  }
}

/** The name alone: messages and stacks may hold keys or what people wrote. */
function nameOf(error) {
  return error instanceof Error ? String(error.code ?? error.name).slice(0, 40) : typeof error;
}

function die(text) {
  process.stderr.write(`colibri-bridge: ${text}\n`);
  process.exit(BAD_FRAME);
}
