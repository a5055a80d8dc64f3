import { changeGroup } from '../groups.mjs';

/** {groupJid, expiration: seconds} */
export default (context, { body }) =>
  changeGroup(context, body, (jid) => context.sock.groupToggleEphemeral(jid, body.expiration), { success: true });
