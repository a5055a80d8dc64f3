import { ofGroup } from '../groups.mjs';
import { Refusal } from '../refusal.mjs';

/** {inviteCode} */
export default async function acceptInviteCode({ sock }, { body }) {
  const joined = await ofGroup(sock.groupAcceptInvite(body.inviteCode));
  if (!joined) throw new Refusal('WhatsApp did not let this account in; an admin of the group may have to');
  return { result: { accepted: true, groupJid: joined } };
}
