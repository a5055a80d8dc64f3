import { getBinaryNodeChild } from 'baileys/lib/WABinary/index.js';
import { askGroups, ofGroup } from '../groups.mjs';
import { Refusal } from '../refusal.mjs';

/** {inviteCode} */
export default async function acceptInviteCode(context, command) {
  const answer = await ofGroup(askGroups(context, command, { tag: 'invite', attrs: { code: command.body.inviteCode } }));
  const joined = getBinaryNodeChild(answer, 'group')?.attrs.jid;
  if (!joined) throw new Refusal('WhatsApp did not let this account in; an admin of the group may have to');
  return { result: { accepted: true, groupJid: joined } };
}
