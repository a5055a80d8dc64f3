import { changeGroup, changePeople } from '../groups.mjs';
import { addressOf } from '../recipient.mjs';

/** {groupJid, action, participants}. WhatsApp says of each what became of him. */
export default async function updateParticipant(context, command) {
  const { action, participants } = command.body;
  const jids = await Promise.all(participants.map((number) => addressOf(context, number)));
  return changeGroup(context, command.body, async (jid) => ({ updateParticipants: await changePeople(context, command, jid, action, jids) }));
}
