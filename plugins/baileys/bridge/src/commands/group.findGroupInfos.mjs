import { groupInfo, groupJid, ofGroup } from '../groups.mjs';
import { patience } from '../patience.mjs';
import { pictureUrlOf } from '../picture.mjs';

/** {groupJid} */
export default async function findGroupInfos({ sock, groups }, command) {
  const jid = groupJid(command.body.groupJid);
  const info = groupInfo(await ofGroup(groups.fresh(sock, jid)));
  return { result: { ...info, pictureUrl: await pictureUrlOf(sock, jid, patience(command)) } };
}
