// What cannot be an event as it is, becomes a smaller one that says so: nothing that a sender writes may stop what
// comes behind it (docs/events.md, "Quarantined messages").
import { draft, MOST_BODY } from './draft.mjs';
import { NestedTooDeeply } from './plain.mjs';

const LONGEST = 200; // characters of a name in a stub

const WHY = {
  tooLarge: 'larger than an event can be',
  tooDeep: 'nested more deeply than an event can be',
  unreadable: 'not a message that this version can read',
  refused: 'refused by the event log',
};

/**
 * The first of several forms of one event that can be written; `instead()` of a draft gives the next one, for when the
 * log refuses this. The last is a stub: the same type, chat, time and dedupe key, and no content.
 *
 * @param {string} type the wire name
 * @param {object} about chat, dedupe, occurredAtUs, fromSelf
 * @param {(() => *)[]} bodies best first; one that throws cannot be written
 * @param {(quarantine: {reason: string, detail: string, bytes: number}) => object} stubBody
 * @param {number} bytes the size of the message as it came
 * @param {string} reason what is wrong with it if there are no bodies
 */
export function firstThatFits(type, about, bodies, stubBody, bytes, reason) {
  for (const [n, body] of bodies.entries()) {
    try {
      const made = draft(type, body(), about);
      const instead = () => firstThatFits(type, about, bodies.slice(n + 1), stubBody, bytes, 'refused');
      if (made.body.length <= MOST_BODY) return { ...made, instead };
      reason = 'tooLarge';
    } catch (error) {
      reason = error instanceof NestedTooDeeply || error instanceof RangeError ? 'tooDeep' : 'unreadable';
    }
  }
  const quarantine = { reason, detail: `the message is ${WHY[reason]}`, bytes };
  return { ...draft(type, shortened(stubBody(quarantine)), about), quarantine };
}

/** Names are the sender's, too: of any length. */
function shortened(value) {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shortened(member)]));
}
