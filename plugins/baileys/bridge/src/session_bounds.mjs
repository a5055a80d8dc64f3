// What a peer may make a Signal session hold. libsignal keeps the key of every message that was skipped and every chain that
// was, without end: a peer who skips 2,000 messages each time adds 120 KB with each message, to be read and
// written with every later one. Signal's own library keeps 2,000 keys of a chain and five chains of a session.

const MOST_CHAINS = 40; // of a session, receiving
const MOST_KEYS = 4000; // of a record, all chains together

/**
 * Forgets the oldest of what is beyond the bounds: those messages cannot be decrypted any more, should they still come.
 *
 * @param record as SessionRecord.serialize() gives it; changed in place
 */
export function boundSession(record) {
  let room = MOST_KEYS;
  for (const session of newestFirst(record?._sessions ?? {})) {
    const chains = Object.entries(session._chains).filter(([, { chainType }]) => chainType === RECEIVING).reverse();
    for (const [n, [name, chain]] of chains.entries()) {
      const counters = Object.keys(chain.messageKeys); // in the order of their numbers
      const isLive = name === session.currentRatchet?.lastRemoteEphemeralKey;
      if (n >= MOST_CHAINS && !isLive) {
        delete session._chains[name];
        continue;
      }
      for (const counter of counters.slice(0, Math.max(0, counters.length - room))) delete chain.messageKeys[counter];
      room -= Math.min(room, counters.length);
    }
  }
}

const RECEIVING = 2;

const newestFirst = (sessions) =>
  Object.values(sessions).sort((a, b) => (b.indexInfo?.used ?? 0) - (a.indexInfo?.used ?? 0));
