// libsignal runs the work on one session in a queue named by the peer's address: one queue for the whole
// process, started in the async context of whoever came first. Two instances that talk to the same
// peer would wait for each other, and one's work would run inside the other's transaction. So every job
// keeps its own context and its queue is named by the instance, too.
//
// Imported before baileys, which loads libsignal.
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { createRequire } from 'node:module';

/** The transaction the running code is in: {owner, ...}. One storage for all instances. */
export const transactionContext = new AsyncLocalStorage();

const require = createRequire(import.meta.url);
const baileys = createRequire(require.resolve('baileys'));
const path = baileys.resolve('libsignal/src/queue_job.js');
const enqueue = baileys(path);

baileys.cache[path].exports = (bucket, job) => {
  const owner = transactionContext.getStore()?.owner;
  return enqueue(`${owner?.id ?? ''}/${bucket}`, AsyncResource.bind(job));
};
