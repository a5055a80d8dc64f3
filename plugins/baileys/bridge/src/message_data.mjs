// A WhatsApp message as the `data` of messages.upsert, send.message and messages.set
// (docs: contract/routes.md 0.6, contract/events.md 2.3).
import { getContentType, getDevice } from 'baileys/lib/Utils/messages.js';
import { proto } from 'baileys/WAProto/index.js';
import { numberOf, plain } from './plain.mjs';

const Statuses = proto.WebMessageInfo.Status;

/** Wrappers whose content is the message itself. */
const WRAPPERS = ['ephemeralMessage', 'documentWithCaptionMessage', 'editedMessage', 'associatedChildMessage'];

/**
 * @param {object} message key, message, messageTimestamp, pushName, status as baileys has them
 * @param {{instanceId: string, bytes?: string, pushName?: string|null, status?: string}} given `bytes`: see plain.mjs
 */
export function messageData(message, { instanceId, bytes, pushName, status }) {
  const { content, contextInfo } = normalise(message.message, bytes);
  return {
    key: keyData(message.key),
    pushName: pushName ?? message.pushName ?? message.key.participant ?? null,
    status: status ?? statusName(message.status) ?? 'DELIVERY_ACK',
    message: content,
    contextInfo,
    messageType: getContentType(content) ?? 'unknown',
    messageTimestamp: numberOf(message.messageTimestamp),
    instanceId,
    source: getDevice(message.key.id),
  };
}

/** The same without the content: what is known of a message that no event can hold. */
export const stubData = (message, { instanceId, pushName, status }) => ({
  key: keyData(message.key),
  pushName: pushName ?? message.pushName ?? message.key.participant ?? null,
  status,
  message: {},
  contextInfo: null,
  messageType: 'quarantined',
  messageTimestamp: numberOf(message.messageTimestamp),
  instanceId,
  source: getDevice(message.key.id),
});

export function keyData(key) {
  const data = { remoteJid: key.remoteJid, fromMe: key.fromMe === true, id: key.id };
  for (const name of ['participant', 'remoteJidAlt', 'participantAlt', 'addressingMode']) {
    if (key[name]) data[name] = key[name];
  }
  return data;
}

export const statusName = (status) => (typeof status === 'number' ? Statuses[status] : undefined);

/** The content without its wrappers: a plain text is always `conversation`. */
export function unwrap(message) {
  let content = message ?? {};
  for (let depth = 0; depth < 5; ++depth) {
    const wrapper = WRAPPERS.find((name) => content[name]?.message);
    if (!wrapper) break;
    content = content[wrapper].message;
  }
  return content;
}

function normalise(message, bytes) {
  const content = plain(unwrap(message), bytes);
  delete content.senderKeyDistributionMessage; // a key, not a message
  const type = getContentType(content);
  const contextInfo = content[type]?.contextInfo ?? null;
  if (contextInfo?.quotedMessage) {
    contextInfo.quotedMessage = normalise(contextInfo.quotedMessage, bytes).content;
  }
  if (type === 'extendedTextMessage') {
    const { extendedTextMessage, ...rest } = content;
    return { content: { conversation: extendedTextMessage.text ?? '', ...rest }, contextInfo };
  }
  return { content, contextInfo };
}
