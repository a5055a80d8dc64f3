import { groupJid, groupMember, ofGroup } from '../groups.mjs';

/** {groupJid} */
export default async function participants({ sock, groups }, { body }) {
  const { participants: members } = await ofGroup(groups.fresh(sock, groupJid(body.groupJid)));
  return { result: { participants: members.map(groupMember) } };
}
