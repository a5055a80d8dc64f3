// Polls, and a vote in one: a message that only who knows the poll's secret can read.
import { createHash, randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { aesEncryptGCM, hmacSign } from 'baileys/lib/Utils/crypto.js';

const NO_SALT = new Uint8Array(32);
const KINDS = ['pollCreationMessage', 'pollCreationMessageV2', 'pollCreationMessageV3'];

/** The poll that a message's content is: {name, options, selectableOptionsCount}; undefined: it is none. */
export const pollIn = (content) => content?.[KINDS.find((kind) => content[kind])];

/** @param {string[]} options their names; none: the vote is taken back */
export function encryptedVote(options, { pollId, secret, creator, voter }) {
  const use = Buffer.concat([Buffer.from(`${pollId}${creator}${voter}Poll Vote`), Buffer.from([1])]);
  const key = hmacSign(use, hmacSign(secret, NO_SALT));
  const encIv = randomBytes(12);
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish();
  return { encPayload: aesEncryptGCM(vote, key, encIv, Buffer.from(`${pollId}\0${voter}`)), encIv };
}

/** What a vote calls an option. */
export const hashOf = (name) => createHash('sha256').update(name).digest();
