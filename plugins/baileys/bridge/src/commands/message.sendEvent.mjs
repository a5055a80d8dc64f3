import { place } from '../place.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

const CREATION = { tag: 'meta', attrs: { event_type: 'creation' } };

/**
 * {number, name, description?, startTime, endTime?, location?, extraGuestsAllowed?}, and what any message may have (send_options.mjs). Times
 * are Unix seconds.
 */
export default async function sendEvent(context, command) {
  const { number, name, description, startTime, endTime, location, extraGuestsAllowed } = command.body;
  if (endTime !== undefined && endTime < startTime) throw new Refusal('endTime: is before startTime');
  const event = {
    name,
    description,
    startDate: new Date(startTime * 1000),
    endDate: endTime === undefined ? undefined : new Date(endTime * 1000),
    location: location && place(location),
    extraGuestsAllowed,
  };
  return send(context, command, await resolveRecipient(context, number), { event }, { nodes: [CREATION], hasSecret: true });
}
