// What became of a message: messages.update (docs: contract/events.md 2.4). Read from the stanzas themselves:
// baileys folds a status into other events while it is buffering.
import { proto } from 'baileys/WAProto/index.js';
import { getStatusFromReceiptType } from 'baileys/lib/Utils/generics.js';
import { areJidsSameUser, isJidGroup, isJidStatusBroadcast, jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { draft } from './draft.mjs';
import { isIgnored } from './inbound.mjs';

const { SERVER_ACK, ERROR } = proto.WebMessageInfo.Status;
const Statuses = proto.WebMessageInfo.Status;

/**
 * @param {object} stanza a `receipt`
 * @param {{instanceId: string, me: {id: string, lid?: string}, chatOf: (id: string) => string|undefined}} known
 *   chatOf: where a message of ours was sent; receipts may name the same chat differently
 * @returns {object[]} drafts
 */
export function receiptDrafts({ attrs, content }, { instanceId, me, chatOf }) {
  const status = getStatusFromReceiptType(attrs.type);
  const author = attrs.participant ?? attrs.from;
  const ours = areJidsSameUser(author, author.includes('@lid') ? me.lid : me.id);
  if (status === undefined || (status < SERVER_ACK && ours)) return [];
  const group = isJidGroup(attrs.from) || isJidStatusBroadcast(attrs.from);
  const remoteJid = !ours || group ? attrs.from : attrs.recipient;
  if (!remoteJid || isIgnored(remoteJid) || (group && !attrs.participant)) return [];
  const fromMe = !attrs.recipient || (attrs.type === 'sender' && ours);
  return idsOf(attrs, content).map((id) => updateDraft({
    keyId: id,
    remoteJid: (fromMe && chatOf(id)) || jidNormalizedUser(remoteJid),
    fromMe,
    participant: attrs.participant ? jidNormalizedUser(attrs.participant) : null,
    status,
    instanceId,
    at: Number(attrs.t),
  }));
}

/** The server refused a message of ours. */
export function refusalDrafts({ attrs }, { instanceId, chatOf }) {
  if (!attrs.error) return [];
  return [updateDraft({
    keyId: attrs.id,
    remoteJid: chatOf(attrs.id) ?? jidNormalizedUser(attrs.from),
    fromMe: true,
    participant: null,
    status: ERROR,
    instanceId,
    at: Number(attrs.t),
  })];
}

function idsOf(attrs, content) {
  const list = Array.isArray(content) ? content.find((child) => child.tag === 'list') : undefined;
  const items = Array.isArray(list?.content) ? list.content.map((item) => item.attrs.id) : [];
  return [attrs.id, ...items].filter(Boolean);
}

function updateDraft({ at, status, ...rest }) {
  const body = { ...rest, status: Statuses[status], messageId: rest.keyId };
  return draft('messages.update', body, {
    chat: rest.remoteJid,
    dedupe: ['messages.update', rest.remoteJid, rest.participant ?? '', rest.keyId, body.status].join(' '),
    occurredAtUs: at * 1_000_000,
    fromSelf: rest.fromMe,
  });
}
