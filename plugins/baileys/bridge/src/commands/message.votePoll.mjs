import { isJidGroup, isLidUser, jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { givenMessage } from '../given_message.mjs';
import { messageKey } from '../message_key.mjs';
import { encryptedVote, pollIn } from '../poll_vote.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

/** {key, message?, options}: names of what is voted for; none takes the vote back. */
export default async function votePoll(context, command) {
  const { key, message, options } = command.body;
  const { poll, secret } = await pollOf(context, message, key);
  refuseWrong(options, poll);
  const given = messageKey(context, key);
  const jid = await resolveRecipient(context, given.remoteJid);
  const voter = await ownAddress(context, given.participant ?? jid);
  const pollUpdateMessage = {
    pollCreationMessageKey: { ...given, remoteJid: jid },
    vote: encryptedVote(options, { pollId: given.id, secret, creator: given.fromMe ? voter : given.participant ?? jid, voter }),
    senderTimestampMs: Date.now(),
  };
  return send(context, command, jid, { protocol: { pollUpdateMessage } }, { nodes: [{ tag: 'meta', attrs: { polltype: 'vote' } }] });
}

async function pollOf(context, message, key) {
  const content = (await givenMessage(context, message, key))?.content;
  const poll = pollIn(content);
  const secret = content?.messageContextInfo?.messageSecret;
  if (!poll) throw new Refusal('the poll is not known here: give its content as `message`');
  if (secret?.length !== 32) throw new Refusal('message.messageContextInfo.messageSecret: is missing; nobody can vote without it');
  return { poll, secret };
}

function refuseWrong(options, poll) {
  const names = poll.options.map(({ optionName }) => optionName);
  const unknown = options.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refusal(`options: the poll has no "${unknown}", only ${names.map((name) => `"${name}"`).join(', ')}`);
  const most = poll.selectableOptionsCount;
  if (most && options.length > most) throw new Refusal(`options: are ${options.length}, and the poll allows ${most}`);
}

/** Our own address, of the kind by which `other`, a person or a group, is spoken of. */
async function ownAddress({ creds: { me }, groupMetadata }, other) {
  const byLid = isJidGroup(other) ? (await groupMetadata(other)).addressingMode === 'lid' : isLidUser(other);
  return jidNormalizedUser(byLid && me.lid ? me.lid : me.id);
}
