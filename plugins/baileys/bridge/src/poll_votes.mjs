// Votes in polls that were sent from here: messages.update with `pollUpdates` (docs: contract/events.md 2.4). Best effort: a vote is
// told once it has been confirmed, and only while the poll is kept (send.mjs).
import { decryptPollVote } from 'baileys/lib/Utils/process-message.js';
import { jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { draft } from './draft.mjs';
import { hashOf, pollIn } from './poll_vote.mjs';
import { numberOf } from './plain.mjs';

const LONGEST_ID = 128;

/**
 * @param {object} sock baileys' socket
 * @param {{instanceId: string, me: () => {id, lid}, sentMessage: (id: string) => Promise<object|undefined>}} known
 * @param {(drafts: object[]) => void} publish
 * @param {() => void} onUnreadable one was left out
 */
export function wirePollVotes(sock, known, publish, onUnreadable) {
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const message of messages) {
      if (message.message?.pollUpdateMessage) voteDrafts(message, known).then(publish, onUnreadable);
    }
  });
}

async function voteDrafts({ key, message, messageTimestamp }, { instanceId, me, sentMessage }) {
  const { pollCreationMessageKey, vote } = message.pollUpdateMessage;
  const id = pollCreationMessageKey?.id;
  if (!id || id.length > LONGEST_ID) return []; // a sender chooses it
  const content = await sentMessage(id);
  const poll = pollIn(content);
  if (!poll) return []; // of others, or too old
  const own = [me().id, me().lid].filter(Boolean).map((jid) => jidNormalizedUser(jid));
  const voters = key.fromMe ? own : namesOf(key);
  const chosen = decrypted(vote, { id, secret: content.messageContextInfo.messageSecret, creators: own, voters });
  const voter = voters.find((jid) => jid.endsWith('@s.whatsapp.net')) ?? voters[0];
  const body = {
    keyId: id,
    remoteJid: key.remoteJid,
    fromMe: true,
    pollUpdates: poll.options.map(({ optionName: name }) => ({ name, voters: chosen.has(hashOf(name).toString('hex')) ? [voter] : [] })),
    instanceId,
    messageId: id,
  };
  const dedupe = ['messages.update', key.remoteJid, voter, id, key.id].join(' ');
  const occurredAtUs = numberOf(messageTimestamp) * 1_000_000;
  return [draft('messages.update', body, { chat: key.remoteJid, dedupe, occurredAtUs, fromSelf: key.fromMe })];
}

/** Those under which the voter may have voted. */
const namesOf = ({ participant, participantAlt, remoteJid, remoteJidAlt }) =>
  (participant ? [participant, participantAlt] : [remoteJid, remoteJidAlt]).filter(Boolean).map((jid) => jidNormalizedUser(jid));

/** A vote says neither under which of their addresses its voter nor the poll's creator is meant. */
function decrypted(vote, { id, secret, creators, voters }) {
  for (const pollCreatorJid of creators) {
    for (const voterJid of voters) {
      try {
        const { selectedOptions } = decryptPollVote(vote, { pollEncKey: secret, pollMsgId: id, pollCreatorJid, voterJid });
        return new Set(selectedOptions.map((hash) => Buffer.from(hash).toString('hex')));
      } catch {
        // under others of their addresses
      }
    }
  }
  throw new Error('the vote cannot be read');
}
