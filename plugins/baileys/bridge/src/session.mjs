import { proto } from 'baileys/WAProto/index.js';
import { isJidGroup, jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { generateMessageIDV2 } from 'baileys/lib/Utils/generics.js';
import { Connection } from './connection.mjs';
import { dropHalfPairing, encodeCreds, isLinked, loadCreds } from './creds.mjs';
import { draft } from './draft.mjs';
import { Existence } from './existence.mjs';
import { GroupCache } from './group_cache.mjs';
import { Habits, isTold } from './habits.mjs';
import { inbound } from './inbound.mjs';
import { KeyStore } from './key_store.mjs';
import { baileysLogger } from './log.mjs';
import { newNameCache, wireNetworkEvents } from './network_events.mjs';
import { deviceTypeOf, Passkey } from './passkey.mjs';
import { continueAfter, decodePending, PREFIX } from './pending.mjs';
import { wirePollVotes } from './poll_votes.mjs';
import { RecentMessages } from './recent_messages.mjs';
import { RecentCiphertexts } from './recent.mjs';
import { send } from './send.mjs';
import { signalRepositoryFactory } from './signal_repository.mjs';
import { TtlCache } from './ttl_cache.mjs';

const MINUTE = 60_000;
const LONGEST_ID = 128; // of a message whose author is remembered: a sender chooses it

/**
 * What an instance knows while its store is whole: credentials, keys, caches. Several sockets, one after the
 * other, work on one session. After a failed write memory is ahead of the disk: throw it away, open another.
 */
export class Session {
  #parts;
  #recent = new RecentCiphertexts();
  #recentMessages = new RecentMessages();
  #names = newNameCache();
  #sentTo = new TtlCache({ ttlMs: 24 * 60 * MINUTE });
  #existence = new Existence();
  #authors = new TtlCache({ ttlMs: 24 * 60 * MINUTE }); // "group id" -> who wrote it
  #lasts = new TtlCache({ ttlMs: 24 * 60 * MINUTE }); // chat -> its last message: {key, messageTimestamp}
  #groups = new GroupCache();
  #habits = null;
  #caches = {
    userDevicesCache: new TtlCache({ ttlMs: 5 * MINUTE }),
    msgRetryCounterCache: new TtlCache({ ttlMs: 60 * MINUTE }),
    callOfferCache: new TtlCache({ ttlMs: 5 * MINUTE, most: 100 }),
    placeholderResendCache: new TtlCache({ ttlMs: 60 * MINUTE }),
  };
  creds = null;
  keys;

  /** @param parts {k, instanceId, name, host, outbox, log, stops, settings, timing, chosen, onStoreFailure}; chosen: () => what its user chose */
  constructor(parts) {
    this.#parts = parts;
    this.logger = baileysLogger(parts.log, parts.k);
    this.keys = new KeyStore(parts.host, parts.onStoreFailure, (error) =>
      parts.log.error('a write was refused for what it is; what is expendable of it is left out', { k: parts.k, status: error.status ?? 0 }));
  }

  /** Reads the credentials and hands on what a crash left unpublished. Rejects if the store does. */
  async load() {
    this.creds = await loadCreds(this.#parts.host);
    const { log, k, chosen } = this.#parts;
    this.#habits = new Habits({
      chosen,
      creds: this.creds,
      say: (...what) => this.#say(...what),
      onFailure: (what, error) => log.warn('what the account does by itself failed', { k, type: what, reason: error?.name ?? 'Error' }),
    });
    for await (const page of this.#parts.host.scan(PREFIX)) {
      for (const record of page) await this.#recover(record);
      if (this.#parts.outbox.crowded) await this.#parts.outbox.drained();
    }
  }

  get linked() { return isLinked(this.creds); }

  /** What events of this instance have in common. */
  get #about() { return { instanceId: this.#parts.instanceId, bytes: this.#parts.settings.messageBytes }; }

  me = () => ({ id: this.creds.me?.id, lid: this.creds.me?.lid });

  /** A new socket. Nothing of an earlier try that led nowhere is left in the credentials. */
  connect() {
    dropHalfPairing(this.creds);
    const { settings, timing, stops, outbox } = this.#parts;
    let connection = null;
    connection = new Connection({
      settings,
      timing,
      creds: this.creds,
      keys: this.keys,
      repository: (stanzaOf) => this.#repository(stanzaOf, () => connection),
      caches: this.#caches,
      logger: this.logger,
      getMessage: ({ id }) => this.sentMessage(id),
      cachedGroupMetadata: async (jid) => this.#groups.known(jid),
      onSent: () => { if (outbox.waiting > 0) stops.reach('received'); },
    });
    const { sock } = connection;
    const save = () => this.keys.saveCreds(() => encodeCreds(this.creds));
    sock.ev.on('creds.update', save);
    if (!this.linked) {
      connection.passkey = new Passkey(sock, {
        creds: this.creds, deviceType: deviceTypeOf(settings.browser), save,
        answerMs: timing.passkeyAnswerMs, proofMs: timing.passkeyProofMs,
      });
    }
    const publish = (drafts) => {
      const told = drafts.filter((one) => isTold(this.#parts.chosen(), one));
      if (told.length > 0) outbox.add({ drafts: told });
    };
    const known = {
      ...this.#about,
      name: this.#parts.name,
      me: this.me,
      names: this.#names,
      chatOf: (id) => this.#sentTo.get(id),
    };
    wireNetworkEvents(sock, known, publish, (group) => this.#groups.forget(group),
      (event) => this.#parts.log.warn('what WhatsApp told cannot be read and is left out', { k: this.#parts.k, type: event }));
    this.#habits.wire(connection);
    wirePollVotes(sock, { ...known, sentMessage: (id) => this.sentMessage(id) }, publish,
      () => this.#parts.log.warn('a vote cannot be read and is left out', { k: this.#parts.k }));
    return connection;
  }

  /** Its user chose something else. */
  choose() {
    this.#habits?.changed();
  }

  /** A message that nobody asked the API for; it is told like one that was sent from the phone. */
  async #say(connection, jid, text) {
    const messageId = generateMessageIDV2(this.creds.me.id);
    const command = { messageId, body: {}, deadlineMs: Date.now() + MINUTE, sent: false, answered: false };
    const { acknowledged, result } = await send(this.context(connection), command, jid, { text, linkPreview: null });
    await acknowledged;
    const about = { chat: jid, dedupe: `messages.upsert ${jid}  ${messageId}`, fromSelf: true };
    this.#parts.outbox.add({ drafts: [draft('messages.upsert', result, about)] });
  }

  /** What a command works with. */
  context(connection) {
    const { sock } = connection;
    return {
      connection,
      sock,
      creds: this.creds,
      keys: this.keys,
      logger: this.logger,
      ...this.#about,
      stops: this.#parts.stops,
      publish: (drafts) => new Promise((told) => this.#parts.outbox.add({ drafts, told })),
      sentTo: this.#sentTo,
      existence: this.#existence,
      groups: this.#groups,
      sentMessage: (id) => this.sentMessage(id),
      lastMessage: (chat) => this.#lasts.get(chat),
      nameOf: (...jids) => jids.map((jid) => this.#names.get(jid)).find(Boolean),
      recentMessage: (chat, id) => this.#recentMessages.find(chat, id),
      authorOf: (chat, id) => this.#authors.get(`${chat} ${id}`),
      groupMetadata: (jid) => this.#groups.get(sock, jid),
    };
  }

  async sentMessage(id) {
    const [bytes] = await this.#parts.host.get([`sent/${id}`]);
    return bytes ? proto.Message.decode(bytes) : undefined;
  }

  #repository(stanzaOf, connection) {
    const { stops, outbox } = this.#parts;
    return signalRepositoryFactory({
      keys: this.keys,
      recent: this.#recent,
      stanzaOf,
      me: this.me,
      inbound: (received) => this.#inbound(received),
      deliver: (delivery) => {
        outbox.add(delivery);
        if (delivery.last && connection()) this.#habits.onMessage(connection(), delivery.last.key);
      },
      stops,
    });
  }

  /** What came in becomes events; it, and who wrote it in a group, are kept for those who answer it by its id alone. */
  #inbound(received) {
    const all = inbound(received, this.#about);
    const told = { ...all, drafts: all.drafts.filter((one) => isTold(this.#parts.chosen(), one)) };
    if (told.last) this.#lasts.set(told.last.key.remoteJid, told.last);
    this.#recentMessages.note(told.key, received.plaintext);
    const { from, id } = received.stanza.attrs;
    if (told.author && isJidGroup(from) && id?.length <= LONGEST_ID) this.#authors.set(`${from} ${id}`, jidNormalizedUser(told.author));
    return told;
  }

  /** A record whose event may not be in the log: the event it would have been, or just its end. */
  async #recover({ key, value }) {
    const { outbox, log, k } = this.#parts;
    continueAfter(key);
    let drafts = [];
    try {
      const received = await decodePending(value);
      this.#recent.add(received.digest);
      drafts = this.#inbound(received).drafts;
    } catch {
      log.error('the record of a message cannot be read', { k });
    }
    outbox.add({ drafts, pendingKey: key });
  }
}
