// Groups as the API's answers show them, and as its requests name them.
import { generateMessageIDV2 } from 'baileys/lib/Utils/generics.js';
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/index.js';
import { patience } from './patience.mjs';
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

/** WhatsApp's word on one thing about groups. What baileys offers for that takes no answer for a good one after a minute. */
export function askGroups({ sock }, command, { to = '@g.us', type = 'set', ...child }) {
  return sock.query({ tag: 'iq', attrs: { to, type, xmlns: 'w:g2' }, content: [{ attrs: {}, ...child }] }, patience(command));
}

/** @param {string} [type] get: as it is; set: a new one, the old is void */
export async function invitationOf(context, command, to, type = 'get') {
  const answer = await ofGroup(askGroups(context, command, { to, type, tag: 'invite' }));
  return getBinaryNodeChild(answer, 'invite').attrs.code;
}

/** @returns {Promise<{status: string, jid: string}[]>} what became of each */
export async function changePeople(context, command, to, tag, jids) {
  const answer = await askGroups(context, command, { to, tag, content: peopleNodes(jids) });
  return getBinaryNodeChildren(getBinaryNodeChild(answer, tag), 'participant').map(({ attrs: { error, jid } }) => ({ status: error || '200', jid }));
}

export const peopleNodes = (jids) => jids.map((jid) => ({ tag: 'participant', attrs: { jid } }));

/** Its messages disappear after so many seconds from now on; 0: never. */
export const expire = (context, command, to, seconds) =>
  askGroups(context, command, { to, ...(seconds ? { tag: 'ephemeral', attrs: { expiration: String(seconds) } } : { tag: 'not_ephemeral' }) });

/** WhatsApp wants to know which description is replaced. Nothing takes away what is there. */
export async function describe(context, command, to, description) {
  const { descId } = await context.groups.fresh(context.sock, to);
  const attrs = { ...(description ? { id: generateMessageIDV2() } : { delete: 'true' }), ...(descId ? { prev: descId } : {}) };
  const content = description ? [{ tag: 'body', attrs: {}, content: Buffer.from(description) }] : undefined;
  await askGroups(context, command, { to, tag: 'description', attrs, content });
}

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
