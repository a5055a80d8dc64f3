import { groupInfo, ofGroup } from '../groups.mjs';

/** {inviteCode} */
export default async ({ sock }, { body }) => ({ result: groupInfo(await ofGroup(sock.groupGetInviteInfo(body.inviteCode))) });
