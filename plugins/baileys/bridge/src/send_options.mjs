// What a caller may add to any message in the same words: a time of typing, people mentioned, a message quoted.
import { proto } from 'baileys/WAProto/index.js';
import { isJidGroup } from 'baileys/lib/WABinary/index.js';
import { createJid } from './jids.mjs';
import { Refusal } from './refusal.mjs';

const TYPING_STEP_MS = 20_000; // a chat shows "typing" for about that long

/** Typing is shown for `delay` ms, but no longer than leaves time to send. */
export async function showTyping({ sock }, jid, command) {
  const { body: { delay }, deadlineMs } = command;
  if (!delay) return;
  const until = Math.min(Date.now() + delay, deadlineMs - 1000);
  for (let left = until - Date.now(); left > 0 && !command.answered; left = until - Date.now()) {
    await sock.sendPresenceUpdate('composing', jid);
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, TYPING_STEP_MS)));
  }
  await sock.sendPresenceUpdate('paused', jid);
}

/** People are mentioned in groups only. */
export async function mentions(context, jid, { mentioned, mentionsEveryOne }) {
  if (!isJidGroup(jid)) return undefined;
  if (mentionsEveryOne === true) return (await context.groupMetadata(jid)).participants.map(({ id }) => id);
  return Array.isArray(mentioned) ? mentioned.map(createJid) : undefined;
}

/** The quoted message as the caller gives it, else as we sent it, else by its id alone; its author in a group as we saw it. */
export async function quotedMessage(context, jid, { quoted }) {
  if (!quoted) return undefined;
  const { key, message } = quoted;
  if (typeof key?.id !== 'string') throw new Refusal('quoted needs a key with an id');
  const content = message ?? (await context.sentMessage(key.id)) ?? { conversation: '' };
  const author = context.authorOf(jid, key.id);
  return {
    key: { remoteJid: jid, fromMe: false, ...(author ? { participant: author } : {}), ...key },
    message: proto.Message.fromObject(content),
  };
}
