import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

const CREATION = { tag: 'meta', attrs: { polltype: 'creation' } };

/** {number, name, values, selectableCount}, and what any message may have (send_options.mjs). selectableCount 0: any number of them. */
export default async function sendPoll(context, command) {
  const { number, name, values, selectableCount } = command.body;
  if (selectableCount > values.length)
    throw new Refusal(`selectableCount: is ${selectableCount}, and there are only ${values.length} values`);
  const poll = { name, values, selectableCount };
  return send(context, command, await resolveRecipient(context, number), { poll }, { nodes: [CREATION], hasSecret: true });
}
