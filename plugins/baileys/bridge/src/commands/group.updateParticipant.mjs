import { changeGroup } from '../groups.mjs';
import { addressOf } from '../recipient.mjs';

/** {groupJid, action, participants}. WhatsApp says of each what became of him. */
export default async function updateParticipant(context, { body }) {
  const jids = await Promise.all(body.participants.map((number) => addressOf(context, number)));
  return changeGroup(context, body, async (jid) => {
    const each = await context.sock.groupParticipantsUpdate(jid, jids, body.action);
    return { updateParticipants: each.map(({ status, jid: person }) => ({ status, jid: person })) };
  });
}
