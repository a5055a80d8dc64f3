import { askGroups, changeGroup } from '../groups.mjs';

/** {groupJid, subject} */
export default (context, command) => changeGroup(context, command.body,
  (to) => askGroups(context, command, { to, tag: 'subject', content: Buffer.from(command.body.subject) }), { update: 'success' });
