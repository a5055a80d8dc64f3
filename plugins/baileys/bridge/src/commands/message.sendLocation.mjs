import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';

/** {number, latitude, longitude, name?, address?}, and what any message may have (send_options.mjs). */
export default async function sendLocation(context, command) {
  const { number, latitude, longitude, name, address } = command.body;
  const location = { degreesLatitude: latitude, degreesLongitude: longitude, name, address };
  return send(context, command, await resolveRecipient(context, number), { location });
}
