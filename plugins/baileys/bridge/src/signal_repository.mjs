import { MISSING_KEYS_ERROR_TEXT } from 'baileys/lib/Utils/decode-wa-message.js';
import { makeLibSignalRepository } from 'baileys/lib/Signal/libsignal.js';
import { encodePending, encodeStub, newPendingKey } from './pending.mjs';
import { digestOf } from './recent.mjs';

/** A message of no content, padded as Signal's plaintexts are: one byte of padding, of value 1. */
const NOTHING = Buffer.from([1]);

/**
 * The stock Signal repository, but a decrypted message comes out only after one commit that holds both the
 * advanced ratchet and the record of the message (pending.mjs). baileys confirms a message to the network
 * as soon as it has the plaintext, long before it emits an event.
 *
 * All of it works on our own store (key_store.mjs), not on the transactions baileys wraps around it: those
 * commit after the stanza was sent, and write back sessions that another transaction has advanced.
 *
 * @param {object} parts
 * @param parts.keys KeyStore
 * @param parts.recent RecentCiphertexts
 * @param parts.stanzaOf (ciphertext) => the stanza it came in
 * @param parts.me () => {id, lid}
 * @param parts.inbound (received) => drafts, see inbound.mjs
 * @param parts.deliver ({drafts, pendingKey}) => void, after the commit
 * @param parts.stops Stops
 */
export function signalRepositoryFactory({ keys, recent, stanzaOf, me, inbound, deliver, stops }) {
  return ({ creds }, logger, pnToLid) => {
    const stock = makeLibSignalRepository({ creds, keys }, logger, pnToLid);
    let lastDistribution = '';

    /** In the message's own commit: a crash in between would cost the sender key. */
    async function takeSenderKey(message, author) {
      const item = message?.senderKeyDistributionMessage;
      if (!item?.groupId || !item.axolotlSenderKeyDistributionMessage) return;
      try {
        await stock.processSenderKeyDistributionMessage({ authorJid: author, item });
        lastDistribution = nameOf(author, item);
      } catch {
        logger.warn('a sender key that cannot be read'); // baileys tries again and goes on without
      }
    }

    async function decrypted(ciphertext, decrypt) {
      const digest = digestOf(ciphertext);
      if (recent.has(digest)) return repeated();
      let recorded = {};
      const plaintext = await keys.expendable(async () => {
        const text = await asksAgain(decrypt);
        stops.reach('decrypted');
        recorded = await record(ciphertext, text, digest);
        return text;
      });
      stops.reach('writing');
      await keys.durable();
      recent.add(digest);
      stops.reach('written');
      const { delivery, broken } = recorded;
      if (delivery) deliver(delivery);
      return broken ? NOTHING : plaintext; // baileys would ask for it again and again, and it would be the same
    }

    /** Recorded before, its receipt got lost: an empty message makes baileys confirm it once more. */
    async function repeated() {
      await keys.durable();
      return NOTHING;
    }

    async function record(ciphertext, plaintext, digest) {
      const stanza = stanzaOf(ciphertext);
      if (!stanza) return {};
      const received = { stanza, plaintext, me: me(), digest, more: followed(ciphertext, stanza) };
      const { drafts, message, author, last, broken } = inbound(received);
      await takeSenderKey(message, author);
      if (drafts.length === 0) return { broken };
      const pendingKey = newPendingKey();
      const instead = encodeStub(received);
      keys.put(pendingKey, recordOf(received) ?? instead, { instead });
      return { delivery: { drafts, pendingKey, last }, broken };
    }

    return {
      ...stock,
      decryptMessage: (args) => decrypted(args.ciphertext, () => stock.decryptMessage(args)),
      decryptGroupMessage: (args) => decrypted(args.msg, () => stock.decryptGroupMessage(args)),
      async processSenderKeyDistributionMessage(args) {
        if (nameOf(args.authorJid, args.item) === lastDistribution) return; // done with its message
        await stock.processSenderKeyDistributionMessage(args);
      },
    };
  };
}

/** Is there another ciphertext behind this one? */
function followed(ciphertext, { content }) {
  const all = content.filter(({ tag }) => tag === 'enc');
  return all.findIndex((child) => child.content === ciphertext) < all.length - 1;
}

/** null: the stanza cannot be written as it came. */
function recordOf(received) {
  try {
    return encodePending(received);
  } catch {
    return null;
  }
}

function nameOf(author, item) {
  const key = Buffer.from(item?.axolotlSenderKeyDistributionMessage ?? '').toString('base64');
  return `${author} ${item?.groupId} ${key}`;
}

/**
 * A key that was used, in a message that we do not know: its sender fell back to an older state. baileys would
 * refuse the message for good if it knew; by any other error it asks the sender to send it anew.
 */
async function asksAgain(decrypt) {
  try {
    return await decrypt();
  } catch (error) {
    if (error?.message === MISSING_KEYS_ERROR_TEXT) throw new Error('the key of another message');
    throw error;
  }
}
