// The bridge process: frames with the daemon on file descriptor 3, WhatsApp sockets of many instances.
// Ends with the daemon: nothing of it is worth keeping, all state is in the daemon's store.
import './src/silence.mjs';
import './src/signal_jobs.mjs';
import './src/strict_curve.mjs';
import net from 'node:net';
import { Bridge } from './src/bridge.mjs';
import { Link } from './src/link.mjs';

const BAD_FRAME = 70;

const link = new Link(new net.Socket({ fd: 3, readable: true, writable: true }));
const bridge = new Bridge(link);

link.on('end', () => process.exit(0));
link.on('broken', () => process.exit(BAD_FRAME));
bridge.on('fatal', (text) => die(text));

// baileys leaves promises of dead sockets to themselves. What is thrown there concerns a socket that has been
// given up, not the other instances.
process.on('unhandledRejection', (error) => {
  bridge.log.warn('a promise was rejected and nobody listened', { reason: nameOf(error) });
});
process.on('uncaughtException', (error) => die(`an exception that nobody caught: ${nameOf(error)}`));

bridge.greet();

/** The name alone: messages and stacks may hold keys or what people wrote. */
function nameOf(error) {
  return error instanceof Error ? String(error.code ?? error.name).slice(0, 40) : typeof error;
}

function die(text) {
  process.stderr.write(`colibri-bridge: ${text}\n`);
  process.exit(BAD_FRAME);
}
