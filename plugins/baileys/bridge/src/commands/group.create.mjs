import { extractGroupMetadata } from 'baileys/lib/Socket/groups.js';
import { generateMessageIDV2 } from 'baileys/lib/Utils/generics.js';
import { getBinaryNodeChild } from 'baileys/lib/WABinary/index.js';
import { askGroups, changePeople, describe, groupInfo, peopleNodes } from '../groups.mjs';
import { people } from '../recipient.mjs';
import { refusalOf } from '../refusal.mjs';

/**
 * {subject, participants, description?, promoteParticipants?}.
 *
 * From the moment WhatsApp has made the group it is there, whatever becomes of the rest: what is refused then is told
 * beside the group, as `refused`.
 */
export default async function createGroup(context, command) {
  const { subject, description, participants, promoteParticipants } = command.body;
  const made = await create(context, command, subject, await people(context, participants));
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
  if (description) await also('description', () => describe(context, command, made.id, description));
  const others = made.participants.filter(({ admin }) => !admin).map(({ id }) => id);
  if (promoteParticipants && others.length > 0) await also('promoteParticipants', () => changePeople(context, command, made.id, 'promote', others));
  const asMade = !description && !promoteParticipants;
  const group = asMade ? made : await context.groups.fresh(context.sock, made.id);
  return { result: { ...groupInfo(group), ...(refused.length > 0 ? { refused } : {}) } };
}

/** WhatsApp names whom it has left out among the others, with the number of an error. */
async function create(context, command, subject, jids) {
  const answer = await askGroups(context, command, { tag: 'create', attrs: { subject, key: generateMessageIDV2() }, content: peopleNodes(jids) });
  const { content, ...group } = getBinaryNodeChild(answer, 'group');
  return extractGroupMetadata({ ...answer, content: [{ ...group, content: content.filter(({ tag, attrs }) => tag !== 'participant' || !attrs.error) }] });
}
