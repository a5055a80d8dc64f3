import { givenMessage } from '../given_message.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

/** {number, key: {id}, message?}, and what any message may have (send_options.mjs). What others wrote is marked as forwarded. */
export default async function forward(context, command) {
  const { number, key, message } = command.body;
  const given = await givenMessage(context, message, key);
  if (!given) throw new Refusal('the message is not known here: give its content as `message`');
  const { messageContextInfo, senderKeyDistributionMessage, ...content } = given.content; // a forwarded message has secrets of its own
  if (Object.keys(content).length === 0) throw new Refusal('message: has no content');
  const fromMe = key.fromMe ?? given.ours;
  return send(context, command, await resolveRecipient(context, number), { forward: { key: { fromMe }, message: content } });
}
