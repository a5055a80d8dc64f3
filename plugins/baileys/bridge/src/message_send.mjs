import { proto } from 'baileys/WAProto/index.js';
import { generateWAMessage } from 'baileys/lib/Utils/messages.js';
import { isJidGroup } from 'baileys/lib/WABinary/index.js';
import { resolveRecipient } from './recipient.mjs';
import { createJid } from './jids.mjs';
import { messageData } from './message_data.mjs';
import { LinkLost, Refusal } from './refusal.mjs';

const TYPING_STEP_MS = 20_000; // a chat shows "typing" for about that long
const SENT_TTL_S = 7 * 24 * 3600;

/**
 * message.send {to, text, quoted?, linkPreview?, mentioned?, mentionsEveryOne?, delayMs?}.
 *
 * Resolves when the message is on the wire: {acknowledged: Promise, result}. It is stored under
 * sent/<id> before, so that a receiver's device that cannot decrypt it can ask for it again.
 */
export async function sendMessage(context, command) {
  const { sock, connection } = context;
  const jid = await resolveRecipient(context, command.body.to);
  if (command.body.delayMs && !command.sent) await type(sock, jid, command.body.delayMs, command.deadlineMs);
  if (!connection.isOpen) throw new LinkLost('the link went away');
  const full = await compose(context, jid, command);
  await remember(context, command.messageId, jid, full.message);
  const acknowledged = acknowledgement(sock, command.messageId);
  acknowledged.catch(() => {}); // looked at by the caller, if the send comes through
  await relay(context, jid, full, command);
  context.stops.reach('sent');
  const result = messageData(full, { instanceId: context.instanceId, bytes: context.bytes, pushName: 'Você', status: 'PENDING' });
  return { acknowledged, result };
}

/** From here on the outcome is unknown until WhatsApp answers, unless it fails before the stanza is written. */
async function relay({ sock, connection }, jid, full, command) {
  const before = command.sent;
  command.sent = true;
  try {
    await sock.relayMessage(jid, full.message, { messageId: command.messageId, useCachedGroupMetadata: true });
  } catch (error) {
    const timedOut = error?.output?.statusCode === 408;
    if (connection.isOpen && !timedOut) command.sent = before;
    throw error;
  }
}

async function type(sock, jid, delayMs, deadlineMs) {
  const until = Math.min(Date.now() + delayMs, deadlineMs - 1000);
  for (let left = until - Date.now(); left > 0; left = until - Date.now()) {
    await sock.sendPresenceUpdate('composing', jid);
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, TYPING_STEP_MS)));
  }
  await sock.sendPresenceUpdate('paused', jid);
}

async function compose(context, jid, { body, messageId }) {
  // No link preview: it would make this process fetch an address that a stranger chose.
  const content = { text: body.text, linkPreview: null, mentions: await mentions(context, jid, body) };
  return generateWAMessage(jid, content, {
    userJid: context.creds.me.id,
    messageId,
    logger: context.logger,
    quoted: body.quoted ? await quoted(context, jid, body.quoted) : undefined,
  });
}

async function mentions(context, jid, { mentioned, mentionsEveryOne }) {
  if (!isJidGroup(jid)) return undefined;
  if (mentionsEveryOne === true) return (await context.groupMetadata(jid)).participants.map(({ id }) => id);
  return Array.isArray(mentioned) ? mentioned.map(createJid) : undefined;
}

/** The quoted message as the caller gives it, else as we sent it, else by its id alone. */
async function quoted(context, jid, { key, message }) {
  if (typeof key?.id !== 'string') throw new Refusal('quoted needs a key with an id');
  const content = message ?? (await context.sentMessage(key.id)) ?? { conversation: '' };
  return {
    key: { remoteJid: jid, fromMe: false, ...key },
    message: proto.Message.fromObject(content),
  };
}

async function remember({ keys, sentTo }, id, jid, message) {
  sentTo.set(id, jid);
  keys.put(`sent/${id}`, Buffer.from(proto.Message.encode(message).finish()), { ttlS: SENT_TTL_S });
  await keys.durable();
}

/** Resolves when the server has the message; a receipt says so, too. */
function acknowledgement({ ws, ev }, id) {
  return new Promise((resolve, reject) => {
    const tag = `TAG:${id}`;
    const done = () => {
      ws.off(tag, onAnswer);
      ev.off('connection.update', onUpdate);
    };
    const onAnswer = ({ attrs }) => {
      done();
      if (attrs.error) reject(new Refusal(`WhatsApp refused the message with error ${attrs.error}`));
      else resolve();
    };
    const onUpdate = ({ connection }) => {
      if (connection !== 'close') return;
      done();
      reject(new LinkLost('the link went away'));
    };
    ws.on(tag, onAnswer);
    ev.on('connection.update', onUpdate);
  });
}
