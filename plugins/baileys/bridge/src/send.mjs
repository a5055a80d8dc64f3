import { proto } from 'baileys/WAProto/index.js';
import { generateMessageIDV2 } from 'baileys/lib/Utils/generics.js';
import { generateWAMessage, generateWAMessageFromContent, getContentType } from 'baileys/lib/Utils/messages.js';
import { messageData } from './message_data.mjs';
import { LinkLost, Overtaken, Refusal } from './refusal.mjs';
import { expiry, mentions, quotedMessage, showTyping } from './send_options.mjs';

const SENT_TTL_S = 7 * 24 * 3600;

/**
 * What all commands that make a message have in common: what the caller may add (send_options.mjs), the id that the daemon
 * chose (one of our own, if the command is none that makes a new message: an edit), the record for retries, and the wait for WhatsApp's word.
 *
 * Resolves when the message is on the wire: {acknowledged: Promise, result}. It is stored under
 * sent/<id> before, so that a receiver's device that cannot decrypt it can ask for it again.
 *
 * @param {string} jid where it goes, see recipient.mjs
 * @param {object} content as baileys' generateWAMessage takes it, or {protocol}: the message as WhatsApp's protocol has it
 * @param {object} [how]
 * @param {object[]} [how.nodes] what its stanza has beside the ciphertexts
 * @param {object} [how.attributes] of its stanza
 * @param {boolean} [how.hasSecret] others answer it under a secret that is in it: what went out once under its id goes out again as it was
 * @param {string[]} [how.viewers] of a status
 * @param {object} [how.style] of a status: {backgroundColor, font}
 */
export async function send(context, command, jid, content, how = {}) {
  const { sock, connection } = context;
  if (!command.sent) await showTyping(context, jid, command);
  if (!connection.isOpen) throw new LinkLost('the link went away');
  command.messageId ||= generateMessageIDV2(context.creds.me.id);
  const full = (command.composed ??= await compose(context, jid, content, command, how));
  await remember(context, command.messageId, jid, full.message);
  if (command.answered) throw new Overtaken('the command has been answered');
  const acknowledged = acknowledgement(sock, command.messageId);
  acknowledged.catch(() => {}); // looked at by the caller, if the send comes through
  await relay(context, jid, full, command, how);
  context.stops.reach('sent');
  const result = messageData(full, { instanceId: context.instanceId, bytes: context.bytes, pushName: 'Você', status: 'PENDING' });
  return { acknowledged, result };
}

async function compose(context, jid, content, { body, messageId }, { style, hasSecret }) {
  const own = { userJid: context.creds.me.id, messageId };
  const before = hasSecret ? await context.sentMessage(messageId) : undefined;
  if (before) return generateWAMessageFromContent(jid, before, own);
  const options = {
    ...style,
    ...own,
    logger: context.logger,
    quoted: await quotedMessage(context, jid, body),
  };
  const full = content.protocol
    ? generateWAMessageFromContent(jid, proto.Message.fromObject(content.protocol), options)
    : await generateWAMessage(jid, content, options);
  addContext(full.message, { ...(await mentions(context, jid, body)), ...(await expiry(context, jid)) });
  return full;
}

/** About other messages: these have no context of their own. */
const BARE = new Set(['protocolMessage', 'reactionMessage', 'pinInChatMessage', 'pollUpdateMessage']);

/** Of what consists of several parts baileys takes the first one for the content, whatever it is. */
function addContext(message, more) {
  const type = getContentType(message);
  if (BARE.has(type) || Object.keys(more).length === 0) return;
  message[type].contextInfo = { ...message[type].contextInfo, ...more };
}

/** From here on the outcome is unknown until WhatsApp answers, unless it fails before the stanza is written. */
async function relay({ sock, connection }, jid, full, command, { nodes, attributes, viewers }) {
  const before = command.sent;
  command.sent = true;
  try {
    await sock.relayMessage(jid, full.message, {
      messageId: command.messageId,
      useCachedGroupMetadata: true,
      additionalNodes: nodes,
      additionalAttributes: attributes,
      statusJidList: viewers,
    });
  } catch (error) {
    const timedOut = error?.output?.statusCode === 408;
    if (connection.isOpen && !timedOut) command.sent = before;
    throw error;
  }
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
