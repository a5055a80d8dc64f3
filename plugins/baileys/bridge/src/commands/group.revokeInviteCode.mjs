import { groupJid, invitationOf } from '../groups.mjs';

/** {groupJid} */
export default async function revokeInviteCode(context, command) {
  const code = await invitationOf(context, command, groupJid(command.body.groupJid), 'set');
  return { result: { revoked: true, inviteCode: code } };
}
