import { groupJid, inviteUrl, ofGroup } from '../groups.mjs';

/** {groupJid} */
export default async function inviteCode({ sock }, { body }) {
  const code = await ofGroup(sock.groupInviteCode(groupJid(body.groupJid)));
  return { result: { inviteUrl: inviteUrl(code), inviteCode: code } };
}
