import { changeGroup } from '../groups.mjs';

/** {groupJid, description}: nothing takes away what is there. */
export default (context, { body }) =>
  changeGroup(context, body, (jid) => context.sock.groupUpdateDescription(jid, body.description), { update: 'success' });
