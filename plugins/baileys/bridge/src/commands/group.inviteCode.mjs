import { groupJid, invitationOf, inviteUrl } from '../groups.mjs';

/** {groupJid} */
export default async function inviteCode(context, command) {
  const code = await invitationOf(context, command, groupJid(command.body.groupJid));
  return { result: { inviteUrl: inviteUrl(code), inviteCode: code } };
}
