// What came in as a message stanza becomes events. The same code serves the living message and the record that a
// crash left behind, so both give the same events with the same dedupe keys.
import { proto } from 'baileys/WAProto/index.js';
import { decodeMessageNode } from 'baileys/lib/Utils/decode-wa-message.js';
import { unpadRandomMax16 } from 'baileys/lib/Utils/generics.js';
import { getContentType } from 'baileys/lib/Utils/messages.js';
import { cleanMessage } from 'baileys/lib/Utils/process-message.js';
import { isJidBroadcast, isJidNewsletter } from 'baileys/lib/WABinary/index.js';
import { keyData, messageData, stubData, unwrap } from './message_data.mjs';
import { plain } from './plain.mjs';
import { firstThatFits } from './quarantine.mjs';

const Kinds = proto.Message.ProtocolMessage.Type;

/** What a sender may do to a message of a chat. Other kinds are between our own devices: keys, history. */
const CHAT_KINDS = new Set([Kinds.REVOKE, Kinds.EPHEMERAL_SETTING, Kinds.MESSAGE_EDIT]);

/** Newsletters are not supported; broadcasts (status, lists) are off by default. */
export const isIgnored = (jid) => Boolean(isJidNewsletter(jid) || isJidBroadcast(jid));

/**
 * Never throws: what cannot be read or told is a draft that says so (quarantine.mjs).
 *
 * @param {object} received
 * @param received.stanza @param {Uint8Array} received.plaintext
 * @param {{id: string, lid?: string}} received.me
 * @param {boolean} [received.more] other ciphertexts of the stanza follow: one of them may be what was meant
 * @param {{reason, bytes}} [received.quarantine] all that could be recorded of it
 * @param {{instanceId: string, bytes?: string}} about `bytes`: see plain.mjs
 * @returns {{drafts: object[], message?: object, author?: string, key?: object, last?: object, broken?: boolean}} no drafts:
 *   nothing to tell; `last`: {key, messageTimestamp} of a message of its chat; `broken`: baileys would fail at it as well
 */
export function inbound({ stanza, plaintext, me, more, quarantine }, about) {
  let full, author;
  try {
    ({ fullMessage: full, author } = decodeMessageNode(stanza, me.id, me.lid ?? ''));
  } catch {
    return { drafts: [] }; // whose it is, is not said: baileys refuses the stanza
  }
  let message;
  try {
    cleanMessage(full, me.id, me.lid ?? ''); // the names, before a content that it may fail at
    if (quarantine) return { drafts: [stub(full, { ...about, size: quarantine.bytes }, quarantine.reason)], author };
    message = contentOf(plaintext);
    full.message = message;
    cleanMessage(full, me.id, me.lid ?? '');
    const drafts = isIgnored(full.key.remoteJid) ? [] : draftsOf(full, { ...about, size: plaintext.length });
    const told = drafts.some(({ type }) => type === 'messages.upsert');
    const last = told ? { key: full.key, messageTimestamp: Number(full.messageTimestamp) } : undefined;
    return { drafts, message, author, key: full.key, last, broken: drafts.some((draft) => draft.quarantine) };
  } catch {
    const untold = more || full.category === 'peer' || isIgnored(full.key.remoteJid);
    const drafts = untold ? [] : [stub(full, { ...about, size: plaintext.length }, 'unreadable')];
    return { drafts, message, author, broken: true };
  }
}

/** What a decrypted message says; of one that another device of ours sent, what it sent. */
export function contentOf(plaintext) {
  const decoded = proto.Message.decode(unpadRandomMax16(plaintext));
  return decoded.deviceSentMessage?.message ?? decoded;
}

function draftsOf(full, about) {
  const content = unwrap(full.message);
  const { protocolMessage, pollUpdateMessage } = content;
  if (protocolMessage) {
    return full.category === 'peer' && full.key.fromMe
      ? resent(protocolMessage, about)
      : changes(full, protocolMessage, about);
  }
  if (pollUpdateMessage || !getContentType(content)) return []; // a vote is encrypted once more
  const body = (bytes) => messageData(full, { ...given(full, about), bytes });
  return [messageDraft('messages.upsert', full, about, body)];
}

function given(full, { instanceId }) {
  return full.key.fromMe
    ? { instanceId, pushName: 'Você', status: 'SERVER_ACK' }
    : { instanceId, status: 'DELIVERY_ACK' };
}

/** An edit, a deletion, a chat's expiry. */
function changes(full, protocolMessage, about) {
  const type = protocolMessage.type ?? Kinds.REVOKE;
  if (!CHAT_KINDS.has(type)) return [];
  const key = protocolMessage.key && changedKey(full, protocolMessage.key);
  const edited = (bytes) => ({ ...plain(protocolMessage, bytes), type, ...(key ? { key } : {}) });
  const drafts = [messageDraft('messages.edited', full, about, edited, { type, key })];
  if (type === Kinds.REVOKE && key) drafts.push(messageDraft('messages.delete', full, about, () => key, key));
  return drafts;
}

/** The sender names the message as it sees it; we name it as we know it. */
function changedKey(full, key) {
  return keyData({ ...full.key, id: key.id });
}

/** Our phone sends again what we could not have. */
function resent(protocolMessage, about) {
  const results =
    protocolMessage.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  return results.flatMap((result) => {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes;
    if (!bytes?.length) return [];
    const info = proto.WebMessageInfo.decode(bytes);
    return info.key && info.message && !isIgnored(info.key.remoteJid) ? draftsOf(info, about) : [];
  });
}

/**
 * @param {(bytes: string) => object} body of the event, with byte arrays in that form
 * @param {object} [stubOf] what a stub of it says beside the quarantine; by default what one of a message says
 */
function messageDraft(type, full, about, body, stubOf) {
  const forms = about.bytes === 'object' ? ['object', 'base64'] : ['base64'];
  return offer(type, full, about, forms.map((form) => () => body(form)), stubOf);
}

const stub = (full, about, reason) => offer('messages.upsert', full, about, [], undefined, reason);

function offer(type, full, about, bodies, stubOf, reason) {
  const { remoteJid, participant, id, fromMe } = full.key;
  const event = {
    chat: remoteJid,
    dedupe: [type, remoteJid, participant ?? '', id].join(' '),
    occurredAtUs: Number(full.messageTimestamp) * 1_000_000,
    fromSelf: fromMe === true,
  };
  const stubBody = (quarantine) => ({ ...(stubOf ?? stubData(full, given(full, about))), quarantine });
  return firstThatFits(type, event, bodies, stubBody, about.size, reason);
}
