import { changeGroup, expire } from '../groups.mjs';

/** {groupJid, expiration: seconds} */
export default (context, command) =>
  changeGroup(context, command.body, (jid) => expire(context, command, jid, command.body.expiration), { success: true });
