import { groupJid, ofGroup } from '../groups.mjs';

/** {groupJid} */
export default async function revokeInviteCode({ sock }, { body }) {
  const code = await ofGroup(sock.groupRevokeInvite(groupJid(body.groupJid)));
  return { result: { revoked: true, inviteCode: code } };
}
