import { askGroups, changeGroup, groupJid } from '../groups.mjs';

/** {groupJid} */
export default (context, command) => changeGroup(context, command.body,
  (jid) => askGroups(context, command, { tag: 'leave', content: [{ tag: 'group', attrs: { id: jid } }] }),
  { groupJid: groupJid(command.body.groupJid), leave: true });
