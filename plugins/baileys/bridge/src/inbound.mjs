// What came in as a message stanza becomes events. The same code serves the living message and the record that a
// crash left behind, so both give the same events with the same dedupe keys.
import { proto } from 'baileys/WAProto/index.js';
import { decodeMessageNode } from 'baileys/lib/Utils/decode-wa-message.js';
import { unpadRandomMax16 } from 'baileys/lib/Utils/generics.js';
import { getContentType } from 'baileys/lib/Utils/messages.js';
import { cleanMessage } from 'baileys/lib/Utils/process-message.js';
import { isJidBroadcast, isJidNewsletter } from 'baileys/lib/WABinary/index.js';
import { draft } from './draft.mjs';
import { keyData, messageData, unwrap } from './message_data.mjs';
import { plain } from './plain.mjs';

const Kinds = proto.Message.ProtocolMessage.Type;

/** What a sender may do to a message of a chat. Other kinds are between our own devices: keys, history. */
const CHAT_KINDS = new Set([Kinds.REVOKE, Kinds.EPHEMERAL_SETTING, Kinds.MESSAGE_EDIT]);

/** Newsletters are not supported; broadcasts (status, lists) are off by default. */
export const isIgnored = (jid) => Boolean(isJidNewsletter(jid) || isJidBroadcast(jid));

/**
 * @param {{stanza: object, plaintext: Uint8Array, me: {id: string, lid?: string}}} received
 * @param {string} instanceId
 * @returns {{drafts: object[], message?: object, author?: string}} no drafts: nothing to tell
 */
export function inbound({ stanza, plaintext, me }, instanceId) {
  let received;
  try {
    received = read(stanza, plaintext, me);
  } catch {
    return { drafts: [] }; // baileys finds the same and asks for the message again
  }
  const { full, message, author } = received;
  return { drafts: isIgnored(full.key.remoteJid) ? [] : draftsOf(full, instanceId), message, author };
}

function read(stanza, plaintext, me) {
  const { fullMessage, author } = decodeMessageNode(stanza, me.id, me.lid ?? '');
  const decoded = proto.Message.decode(unpadRandomMax16(plaintext));
  const message = decoded.deviceSentMessage?.message ?? decoded;
  fullMessage.message = message;
  cleanMessage(fullMessage, me.id, me.lid ?? '');
  return { full: fullMessage, message, author };
}

function draftsOf(full, instanceId) {
  const content = unwrap(full.message);
  const { protocolMessage, pollUpdateMessage } = content;
  if (protocolMessage) {
    return full.category === 'peer' && full.key.fromMe
      ? resent(protocolMessage, instanceId)
      : changes(full, protocolMessage);
  }
  if (pollUpdateMessage || !getContentType(content)) return []; // a vote is encrypted once more
  return [messageDraft('messages.upsert', full, messageData(full, given(full, instanceId)))];
}

function given(full, instanceId) {
  return full.key.fromMe
    ? { instanceId, pushName: 'Você', status: 'SERVER_ACK' }
    : { instanceId, status: 'DELIVERY_ACK' };
}

/** An edit, a deletion, a chat's expiry. */
function changes(full, protocolMessage) {
  const type = protocolMessage.type ?? Kinds.REVOKE;
  if (!CHAT_KINDS.has(type)) return [];
  const key = protocolMessage.key && changedKey(full, protocolMessage.key);
  const edited = { ...plain(protocolMessage), type };
  if (key) edited.key = key;
  const drafts = [messageDraft('messages.edited', full, edited)];
  if (type === Kinds.REVOKE && key) drafts.push(messageDraft('messages.delete', full, key));
  return drafts;
}

/** The sender names the message as it sees it; we name it as we know it. */
function changedKey(full, key) {
  return keyData({ ...full.key, id: key.id });
}

/** Our phone sends again what we could not have. */
function resent(protocolMessage, instanceId) {
  const results =
    protocolMessage.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  return results.flatMap((result) => {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes;
    if (!bytes?.length) return [];
    const info = proto.WebMessageInfo.decode(bytes);
    return info.key && info.message && !isIgnored(info.key.remoteJid) ? draftsOf(info, instanceId) : [];
  });
}

function messageDraft(type, full, body) {
  const { remoteJid, participant, id, fromMe } = full.key;
  return draft(type, body, {
    chat: remoteJid,
    dedupe: [type, remoteJid, participant ?? '', id].join(' '),
    occurredAtUs: Number(full.messageTimestamp) * 1_000_000,
    fromSelf: fromMe === true,
  });
}
