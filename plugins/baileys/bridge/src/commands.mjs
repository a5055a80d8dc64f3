import { COMMANDS } from './command_table.mjs';
import { createJid } from './jids.mjs';
import { Refusal, refusalOf } from './refusal.mjs';
import { Serial } from './serial.mjs';
import { Status } from './status.mjs';

const LATE_MS = 30_000; // how long after its deadline the outcome of a sent message is still waited for

/**
 * The commands of one instance. Each is completed exactly once.
 *
 * A command waits for the link, is carried out in the order of its chat, and survives the link: what had no
 * answer is carried out again before its deadline, a message under the same id. One that is to happen once is not: if
 * its link is lost after it was begun, its outcome is unknown, and that is its answer.
 */
export class Commands {
  #context;
  #linking;
  #complete;
  #log;
  #table;
  #running = new Map(); // token -> command
  #chats = new Map(); // chat -> {serial, users}
  #connection = null;

  /**
   * @param context what the commands work with, see instance.mjs
   * @param linking () => what those work with that are for a link which is being made; throws a Refusal if none is
   * @param complete (token, status, {detail, result}) => void
   * @param table what there is, see command_table.mjs
   */
  constructor({ context, linking, complete, log, table = COMMANDS }) {
    this.#context = context;
    this.#linking = linking;
    this.#complete = complete;
    this.#log = log;
    this.#table = table;
  }

  submit({ token, name, messageId, deadlineUs, body }, willOpen) {
    if (this.#running.has(token)) return; // the daemon repeats what it thinks lost
    if (!Object.hasOwn(this.#table, name)) return this.#answer(token, Status.unsupported, 'this command is not known');
    const { effect, whileLinking } = this.#table[name];
    const command = {
      token, name, effect, messageId, body: body ?? {}, deadlineMs: deadlineUs / 1000,
      begun: false, sent: false, answered: false, wake: undefined, // `wake` ends what it waits for by the clock
    };
    if (!willOpen) return this.#answer(token, Status.unavailable, 'the instance is not connected');
    this.#running.set(token, command);
    this.#armDeadline(command);
    if (whileLinking) void this.#whileLinking(command);
    else if (this.#connection) void this.#attempt(command, this.#connection);
  }

  cancel(token) {
    const command = this.#running.get(token);
    if (command && !command.sent) this.#finish(command, Status.cancelled, 'cancelled');
  }

  /** There is a link: carry out what waits, again what was lost. */
  linkUp(connection) {
    this.#connection = connection;
    for (const command of this.#running.values()) {
      if (Date.now() < command.deadlineMs && !this.#table[command.name].whileLinking) void this.#attempt(command, connection);
    }
  }

  linkDown() {
    this.#connection = null;
    for (const command of [...this.#running.values()]) {
      if (command.begun && command.effect === 'once')
        this.#finish(command, Status.timeout, 'outcome unknown: the link went away before WhatsApp answered');
    }
    for (const command of this.#running.values()) command.wake?.();
  }

  /** Nobody will connect any more. */
  giveUp(detail) {
    this.linkDown();
    for (const command of [...this.#running.values()]) {
      if (mayHaveHappened(command)) this.#finish(command, Status.timeout, 'the link was closed before WhatsApp answered');
      else this.#finish(command, Status.unavailable, detail);
    }
  }

  /** It is about the link that is being made and no other: it waits for none. */
  async #whileLinking(command) {
    command.begun = true;
    try {
      const { result } = await this.#table[command.name].carryOut(this.#linking(), command);
      this.#finish(command, Status.ok, undefined, result);
    } catch (error) {
      this.#failed(command, error, true);
    }
  }

  async #attempt(command, connection) {
    const isCurrent = () =>
      this.#connection === connection && connection.isOpen && this.#running.get(command.token) === command;
    const { carryOut, order } = this.#table[command.name];
    await this.#inOrder(chatOf(command.body, order), async () => {
      if (!isCurrent() || Date.now() >= command.deadlineMs) return;
      command.begun = true;
      if (command.effect === 'once') command.sent = true; // whatever it begins with
      try {
        const step = await carryOut(this.#context(connection), command);
        if (step.acknowledged) void this.#await(command, step); // the next of the chat need not wait
        else this.#finish(command, Status.ok, undefined, step.result);
      } catch (error) {
        this.#failed(command, error, isCurrent());
      }
    });
  }

  async #await(command, { acknowledged, result }) {
    try {
      await acknowledged;
      this.#finish(command, Status.ok, undefined, result);
    } catch (error) {
      this.#failed(command, error, this.#connection !== null);
    }
  }

  #failed(command, error, linked) {
    if (command.answered) return;
    if (error instanceof Refusal) return this.#finish(command, error.status, error.message);
    if (!linked || error.lost) return; // sent again on the next link, or ended by the deadline
    const refusal = refusalOf(error);
    if (refusal && (!command.sent || command.effect === 'once')) return this.#finish(command, Status.rejected, refusal);
    this.#log.warn('a command failed', { type: command.name, reason: error?.name ?? 'Error' });
    if (command.sent) return this.#finish(command, Status.timeout, 'outcome unknown: it was interrupted');
    this.#finish(command, Status.internal, 'the command could not be carried out');
  }

  async #inOrder(chat, work) {
    if (chat === undefined) return work();
    const entry = this.#chats.get(chat) ?? { serial: new Serial(), users: 0 };
    this.#chats.set(chat, entry);
    entry.users += 1;
    try {
      await entry.serial.run(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#chats.delete(chat);
    }
  }

  #armDeadline(command) {
    const at = () => {
      const why = command.begun ? 'WhatsApp did not answer in time' : 'the link was not open in time';
      const status = mayHaveHappened(command) ? Status.timeout : Status.unavailable;
      if (!command.sent) return this.#finish(command, status, why);
      command.timer = setTimeout(
        () => this.#finish(command, Status.timeout, 'outcome unknown: WhatsApp did not answer'), LATE_MS);
    };
    command.timer = setTimeout(at, Math.max(0, Math.min(command.deadlineMs - Date.now(), 2 ** 31 - 1)));
  }

  #finish(command, status, detail, result) {
    if (!this.#running.delete(command.token)) return;
    command.answered = true;
    command.wake?.();
    clearTimeout(command.timer);
    this.#answer(command.token, status, detail, result);
  }

  #answer(token, status, detail, result) {
    this.#complete(token, status, { detail, result });
  }
}

/** A message leaves when it is `sent`; of all else nobody knows how far it came once it was begun. */
const mayHaveHappened = ({ sent, begun, effect }) => sent || (begun && effect !== 'message');

/**
 * The chat whose order a command keeps, by one name however the caller wrote it.
 *
 * @param {string} [path] of the member that names it, like `key.remoteJid` or `readMessages.0.remoteJid`
 * @returns {string|undefined} undefined: it waits for nobody
 */
function chatOf(body, path) {
  const named = path?.split('.').reduce((value, name) => value?.[name], body);
  return named ? createJid(named) : undefined;
}
