// Groups as the API's answers show them, and as its requests name them.
import { NotFound } from './refusal.mjs';

/** With or without its server. */
export const groupJid = (given) => (given.endsWith('@g.us') ? given : `${given}@g.us`);

/** @param {object} metadata baileys' */
export function groupInfo(metadata) {
  const { id, subject, size, desc, descId, owner, subjectOwner, linkedParent, ephemeralDuration } = metadata;
  return {
    id,
    subject: subject ?? '',
    subjectOwner: subjectOwner ?? null,
    subjectTime: whole(metadata.subjectTime),
    size,
    creation: whole(metadata.creation),
    owner: owner ?? null,
    desc: desc ?? null,
    descId: descId ?? null,
    restrict: metadata.restrict === true,
    announce: metadata.announce === true,
    isCommunity: metadata.isCommunity === true,
    isCommunityAnnounce: metadata.isCommunityAnnounce === true,
    linkedParent: linkedParent ?? null,
    ...(ephemeralDuration ? { ephemeralDuration } : {}),
    participants: metadata.participants.map(groupMember),
  };
}

export const groupMember = ({ id, admin, phoneNumber, lid }) => ({
  id, admin: admin ?? null, ...(phoneNumber ? { phoneNumber } : {}), ...(lid ? { lid } : {}),
});

export const inviteUrl = (code) => `https://chat.whatsapp.com/${code}`;

/** @throws NotFound if WhatsApp knows no such group, or no such invitation any more */
export async function ofGroup(answer) {
  try {
    return await answer;
  } catch (error) {
    if (GONE.has(error?.data)) throw new NotFound('the group was not found');
    throw error;
  }
}

const GONE = new Set([404, 410]);
const whole = (seconds) => (Number.isSafeInteger(seconds) ? seconds : null);

/** Something is done to the group of a command's body; the result is `result`, or what `work` resolves with. */
export async function changeGroup({ groups }, body, work, result) {
  const jid = groupJid(body.groupJid);
  try {
    const told = await ofGroup(work(jid));
    return { result: result ?? told };
  } finally {
    groups.forget(jid);
  }
}
