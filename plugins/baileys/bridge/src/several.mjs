import { createHash } from 'node:crypto';
import { Refusal, refusalOf } from './refusal.mjs';

/** The id of the `index`-th message of a command that makes several, the same in every try (colibri/sdk/message_id.hpp). */
export function idAt(messageId, index) {
  if (index === 0) return messageId;
  return `3EB0${createHash('sha256').update(`${messageId}/${index}`).digest('hex').slice(0, 18).toUpperCase()}`;
}

/**
 * Several messages of one command, on the wire in the order in which they were asked for.
 *
 * @param {object} command
 * @param {string[]} numbers whom they are for, as the caller wrote it
 * @param {(index: number, own: object) => Promise<{acknowledged: Promise, result: object}>} sendOne by a command like `command` with an id of its own, see send.mjs
 * @returns {Promise<object[]>} in their order: the message, or {number, refused: a sentence}
 * @throws Refusal if WhatsApp takes none of them
 */
export async function sendSeveral(command, numbers, sendOne) {
  const outcomes = [];
  for (const index of numbers.keys()) {
    const own = Object.assign(Object.create(command), { messageId: idAt(command.messageId, index), sent: command.sent });
    const onTheWire = sendOne(index, own);
    const outcome = orRefusal(onTheWire.then(({ acknowledged, result }) => acknowledged.then(() => result)), numbers[index]);
    outcome.catch(() => {}); // looked at when all are on the wire
    outcomes.push(outcome);
    await onTheWire.catch(() => {}); // told by its outcome
    command.sent ||= own.sent;
  }
  const messages = await Promise.all(outcomes);
  if (messages.every(({ refused }) => refused)) throw new Refusal(messages[0].refused);
  return messages;
}

async function orRefusal(outcome, number) {
  try {
    return await outcome;
  } catch (error) {
    const refused = refusalOf(error);
    if (!refused) throw error;
    return { number, refused };
  }
}
