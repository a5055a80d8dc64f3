// What a caller may add to any message in the same words: a time of typing, people mentioned, a message quoted; and what its chat adds.
import { proto } from 'baileys/WAProto/index.js';
import { isJidGroup } from 'baileys/lib/WABinary/index.js';
import { givenMessage } from './given_message.mjs';
import { createJid } from './jids.mjs';
import { LinkLost, Refusal } from './refusal.mjs';

const TYPING_STEP_MS = 20_000; // a chat shows "typing" for about that long

/** Typing is shown for `delay` ms, but no longer than leaves time to send, than there is a link, and than anybody waits for the command. */
export async function showTyping({ sock, connection }, jid, command) {
  const { body: { delay }, deadlineMs } = command;
  if (!delay) return;
  const until = Math.min(Date.now() + delay, deadlineMs - 1000);
  for (let left = until - Date.now(); left > 0 && !command.answered; left = until - Date.now()) {
    if (!connection.isOpen) throw new LinkLost('the link went away');
    await sock.sendPresenceUpdate('composing', jid);
    if (command.answered || !connection.isOpen) continue;
    await pause(Math.min(left, TYPING_STEP_MS), command);
  }
  if (connection.isOpen) await sock.sendPresenceUpdate('paused', jid);
}

/** Ends early with the command and with the link: whoever is next in the chat need not wait. */
function pause(ms, command) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    command.wake = done;
    function done() {
      clearTimeout(timer);
      command.wake = undefined;
      resolve();
    }
  });
}

/** People are mentioned in groups only. */
export async function mentions(context, jid, { mentioned, mentionsEveryOne }) {
  if (!isJidGroup(jid)) return {};
  if (mentionsEveryOne === true) return { mentionedJid: (await context.groupMetadata(jid)).participants.map(({ id }) => id) };
  return Array.isArray(mentioned) ? { mentionedJid: mentioned.map(createJid) } : {};
}

/** What is written in a group whose messages disappear says when it does. Of a chat with a person the setting is not kept here. */
export async function expiry(context, jid) {
  const expiration = isJidGroup(jid) ? (await context.groupMetadata(jid)).ephemeralDuration : 0;
  return expiration > 0 ? { expiration } : {};
}

/** The quoted message as the caller gives it, else as it is known here, else by its id alone; its author in a group as we saw it. */
export async function quotedMessage(context, jid, { quoted }) {
  if (!quoted) return undefined;
  const { key, message } = quoted;
  if (typeof key?.id !== 'string') throw new Refusal('quoted needs a key with an id');
  const given = await givenMessage(context, message, key, jid);
  const author = context.authorOf(jid, key.id);
  return {
    key: { remoteJid: jid, fromMe: given?.ours === true, ...(author ? { participant: author } : {}), ...key },
    message: given?.content ?? proto.Message.create({ conversation: '' }),
  };
}
