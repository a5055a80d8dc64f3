// Everything of a socket that becomes an event, apart from messages (inbound.mjs). Best effort: WhatsApp is
// told that we have these before they are in the log.
import { createHash } from 'node:crypto';
import { jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { draft } from './draft.mjs';
import { isIgnored } from './inbound.mjs';
import { jsonOf } from './json.mjs';
import { messageData } from './message_data.mjs';
import { plain } from './plain.mjs';
import { receiptDrafts, refusalDrafts } from './receipts.mjs';
import { TtlCache } from './ttl_cache.mjs';

const MESSAGES_PER_SET = 100;
const PER_LIST = 500;
const BYTES_PER_LIST = 1024 * 1024;
const PER_MESSAGE = new Set(['id', 'conversationTimestamp', 'unreadCount', 'messages', 'conditional']);

/**
 * @param {object} sock baileys' socket
 * @param {object} known
 * @param known.instanceId @param known.bytes @param known.name @param known.me () => {id, lid}
 * @param known.chatOf (message id) => where we sent it
 * @param known.names TtlCache of the push names that have been told
 * @param {(drafts: object[]) => void} publish
 * @param {(jid: string) => void} onGroupChanged
 * @param {(event: string) => void} onUnreadable one was left out
 */
export function wireNetworkEvents(sock, known, publish, onGroupChanged, onUnreadable) {
  const { ws, ev } = sock;
  const { instanceId, bytes } = known;
  const receipts = () => ({ instanceId, me: known.me(), chatOf: known.chatOf });
  // Whatever is wrong with one of them, baileys and what comes behind it go on.
  const on = (event, toDrafts, from = ev) => from.on(event, (data) => {
    let drafts;
    try {
      drafts = toDrafts(data);
    } catch {
      return onUnreadable(event);
    }
    publish(drafts);
  });
  on('CB:receipt', (stanza) => receiptDrafts(stanza, receipts()), ws);
  on('CB:ack,class:message', (stanza) => refusalDrafts(stanza, receipts()), ws);

  on('presence.update', (update) => presence(update));
  on('contacts.upsert', (contacts) => lists('contacts.upsert', contacts.map(contactData(instanceId))));
  on('contacts.update', (contacts) =>
    lists('contacts.update', contacts.filter((c) => isNews(known.names, c)).map(contactData(instanceId))));
  on('chats.upsert', (chats) => lists('chats.upsert', chats.filter(isShown).map((chat) => ({
    remoteJid: chat.id, instanceId, name: chat.name ?? null, unreadMessages: chat.unreadCount ?? 0,
  }))));
  on('chats.update', (chats) => {
    // Of a group whose messages disappear from now on, or no longer, baileys tells nothing else.
    for (const { id, ephemeralExpiration } of chats) if (ephemeralExpiration !== undefined) onGroupChanged(id);
    return lists('chats.update',
      chats.filter((chat) => isShown(chat) && changesMore(chat)).map(({ id }) => ({ remoteJid: id, instanceId })));
  });
  on('chats.delete', (ids) => lists('chats.delete', ids));
  on('groups.upsert', (groups) => lists('groups.upsert', groups.map((group) => plain(group, bytes))));
  on('groups.update', (groups) => {
    groups.forEach(({ id }) => onGroupChanged(id));
    return lists('groups.update', groups.map((group) => plain(group, bytes)));
  });
  on('group-participants.update', (update) => {
    onGroupChanged(update.id);
    return [participants(update)];
  });
  on('call', (calls) => calls.map(callDraft));
  on('labels.edit', (label) => [draft('labels.edit', { ...label, instance: known.name })]);
  on('labels.association', ({ association, type }) => [draft('labels.association',
    { instance: known.name, type, chatId: association.chatId, labelId: association.labelId },
    { chat: association.chatId })]);
  on('messaging-history.set', (history) => historyDrafts(history, known));
}

function presence({ id, presences }) {
  if (isIgnored(id)) return [];
  return [draft('presence.update', { id, presences: plain(presences) }, { chat: id, durable: false })];
}

const isShown = ({ id }) => Boolean(id) && !isIgnored(id);

/** Every message touches its chat's counters; that is told by the message. */
const changesMore = (chat) => Object.keys(chat).some((key) => !PER_MESSAGE.has(key) && chat[key] !== undefined);

const contactData = (instanceId) => (contact) => ({
  remoteJid: jidNormalizedUser(contact.id),
  pushName: contact.notify ?? contact.name ?? contact.verifiedName ?? null,
  profilePicUrl: typeof contact.imgUrl === 'string' && contact.imgUrl !== 'changed' ? contact.imgUrl : null,
  instanceId,
});

/** With each message comes its sender's name; only a new one is an event. */
function isNews(names, { id, notify, name, imgUrl }) {
  const told = notify ?? name ?? '';
  if (imgUrl === undefined && names.get(id) === told) return false;
  names.set(id, told);
  return true;
}

function participants({ id, author, participants: people, action }) {
  return draft('group-participants.update', {
    id,
    ...(author ? { author } : {}),
    participants: people.map(({ id: jid }) => jid),
    action,
    participantsData: people.map((person) => ({
      jid: person.id,
      phoneNumber: person.phoneNumber ?? (person.id.endsWith('@s.whatsapp.net') ? person.id : null),
    })),
  }, { chat: id });
}

function callDraft(call) {
  const { chatId, from, id, date, offline, status, isVideo, isGroup, latencyMs } = call;
  return draft('call', {
    chatId, from, id, date, offline, status,
    isVideo: isVideo === true, isGroup: isGroup === true,
    ...(latencyMs === undefined ? {} : { latencyMs }),
  }, { chat: chatId, dedupe: `call ${id} ${status}`, occurredAtUs: date.getTime() * 1000 });
}

function historyDrafts({ chats, contacts, messages }, { instanceId, bytes }) {
  const shown = messages.filter(({ key, message }) => message && key?.remoteJid && !isIgnored(key.remoteJid));
  const given = (message) => ({ instanceId, bytes, ...(message.key.fromMe ? { pushName: 'Você' } : {}) });
  return [
    ...lists('contacts.upsert', contacts.map(contactData(instanceId))),
    ...lists('chats.set', chats.filter(isShown).map((chat) => ({
      remoteJid: chat.id, instanceId, ...(chat.name ? { name: chat.name } : {}),
    }))),
    ...lists('messages.set', shown.flatMap((message) => past(message, given(message))), MESSAGES_PER_SET),
  ];
}

/** One message of the history; best effort, so one that no event can hold is left out. */
function past(message, given) {
  try {
    return [messageData(message, given)];
  } catch {
    return [];
  }
}

/** A list as events of bounded size; the same list twice is the same event. */
function lists(type, all, most = PER_LIST) {
  const drafts = [];
  for (const part of pages(all, most)) {
    const made = draft(type, part);
    const repeatable = type.endsWith('.set');
    drafts.push(repeatable ? { ...made, dedupe: `${type} ${digest(made.body)}` } : made);
  }
  return drafts;
}

/** Whole elements, up to `most` of them and BYTES_PER_LIST, but at least one. */
function pages(all, most) {
  const parts = [];
  let bytes = 0;
  for (const element of all) {
    const size = jsonOf(element).length;
    if (parts.length === 0 || parts.at(-1).length === most || bytes + size > BYTES_PER_LIST) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1).push(element);
    bytes += size;
  }
  return parts;
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('base64').slice(0, 32);

export const newNameCache = () => new TtlCache({ ttlMs: 24 * 3600_000, most: 2000 });
