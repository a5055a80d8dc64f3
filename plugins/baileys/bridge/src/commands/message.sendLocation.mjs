import { place } from '../place.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';

/** {number, latitude, longitude, name?, address?}, and what any message may have (send_options.mjs). */
export default async function sendLocation(context, command) {
  return send(context, command, await resolveRecipient(context, command.body.number), { location: place(command.body) });
}
