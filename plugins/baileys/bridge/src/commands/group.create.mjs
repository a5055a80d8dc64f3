import { groupInfo } from '../groups.mjs';
import { people } from '../recipient.mjs';
import { refusalOf } from '../refusal.mjs';

/**
 * {subject, participants, description?, promoteParticipants?}.
 *
 * From the moment WhatsApp has made the group it is there, whatever becomes of the rest: what is refused then is told
 * beside the group, as `refused`.
 */
export default async function createGroup(context, command) {
  const { sock, groups } = context;
  const { subject, description, participants, promoteParticipants } = command.body;
  const made = await sock.groupCreate(subject, await people(context, participants));
  const refused = [];
  const also = async (what, work) => {
    try {
      await work();
    } catch (error) {
      const why = refusalOf(error);
      if (!why) throw error;
      refused.push(`${what}: ${why}`);
    }
  };
  if (description) await also('description', () => sock.groupUpdateDescription(made.id, description));
  const others = made.participants.filter(({ admin }) => !admin).map(({ id }) => id);
  if (promoteParticipants && others.length > 0) await also('promoteParticipants', () => sock.groupParticipantsUpdate(made.id, others, 'promote'));
  const asMade = !description && !promoteParticipants;
  const group = asMade ? made : await groups.fresh(sock, made.id);
  return { result: { ...groupInfo(group), ...(refused.length > 0 ? { refused } : {}) } };
}
