import { changeGroup } from '../groups.mjs';

/** {groupJid, subject} */
export default (context, { body }) =>
  changeGroup(context, body, (jid) => context.sock.groupUpdateSubject(jid, body.subject), { update: 'success' });
