import { isJidGroup, jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import setPresence from './commands/presence.set.mjs';
import { TtlCache } from './ttl_cache.mjs';

/** Events that are not told of groups, if their user ignores those. */
const OF_GROUPS = new Set(['messages.upsert', 'messages.edited', 'messages.delete', 'presence.update', 'groups.upsert', 'groups.update', 'group-participants.update']);
const OF_GROUPS_ONLY = new Set(['groups.upsert', 'groups.update']); // they name no chat

/** Whether an event is told, after what the account's user chose. */
export const isTold = ({ groupsIgnore }, { type, chat }) => !(groupsIgnore && OF_GROUPS.has(type) && (OF_GROUPS_ONLY.has(type) || isJidGroup(chat)));

/**
 * What an account does by itself, as its user chose (`settings/set`). Best effort: what fails is told in the log, and
 * nothing waits for it.
 */
export class Habits {
  #connection = null;
  #isOnline = false; // because of us
  #refused = new TtlCache({ ttlMs: 10 * 60_000, most: 100 }); // ids of calls: one may be offered several times

  /**
   * @param {() => {rejectCall?, msgCall?, alwaysOnline?, readMessages?}} chosen what counts now
   * @param {object} creds
   * @param {(connection, jid, text) => Promise} say writes to somebody
   * @param {(what: string, error) => void} onFailure
   */
  constructor({ chosen, creds, say, onFailure }) {
    Object.assign(this, { chosen, creds, say, onFailure });
  }

  wire(connection) {
    connection.on('open', () => {
      this.#connection = connection;
      this.#isOnline = false;
      this.changed();
    });
    connection.sock.ev.on('call', (calls) => calls.forEach((call) => void this.#try('a call', () => this.#onCall(connection, call))));
  }

  /** Something else was chosen. */
  changed() {
    const { alwaysOnline = false } = this.chosen();
    if (alwaysOnline === this.#isOnline || !this.#connection?.isOpen) return;
    this.#isOnline = alwaysOnline;
    const context = { sock: this.#connection.sock, creds: this.creds };
    void this.#try('presence', () => setPresence(context, { body: { presence: alwaysOnline ? 'available' : 'unavailable' } }));
  }

  /** A message of somebody else is recorded. */
  onMessage({ sock }, key) {
    if (this.chosen().readMessages && !key.fromMe) void this.#try('a read receipt', () => sock.readMessages([key]));
  }

  async #onCall(connection, { id, from, status, isGroup, offline }) {
    const { rejectCall, msgCall } = this.chosen();
    if (!rejectCall || status !== 'offer' || offline || this.#refused.get(id)) return;
    this.#refused.set(id, true);
    await connection.sock.rejectCall(id, from);
    if (msgCall && !isGroup) await this.say(connection, jidNormalizedUser(from), msgCall); // `from` is one device of the caller
  }

  async #try(what, work) {
    try {
      await work();
    } catch (error) {
      this.onFailure(what, error);
    }
  }
}
