import { resolveRecipient } from '../recipient.mjs';
import setPresence from './presence.set.mjs';

const SHOWN_MS = 20_000; // a chat shows it for about that long
const PASSING = new Set(['composing', 'recording']);

/** {number, presence, delay: ms}. It is taken back at the deadline at the latest. */
export default async function sendPresence(context, command) {
  const { number, presence, delay } = command.body;
  const chat = await resolveRecipient(context, number);
  const show = (what) => setPresence(context, { body: { presence: what, chat } });
  const until = Math.min(Date.now() + delay, command.deadlineMs - 1000);
  do {
    await show(presence);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(until - Date.now(), SHOWN_MS))));
  } while (PASSING.has(presence) && !command.answered && Date.now() < until);
  if (PASSING.has(presence)) await show('paused');
  return { result: { presence } };
}
