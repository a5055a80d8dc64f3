import { changeGroup, groupJid } from '../groups.mjs';

/** {groupJid} */
export default (context, { body }) =>
  changeGroup(context, body, (jid) => context.sock.groupLeave(jid), { groupJid: groupJid(body.groupJid), leave: true });
