import { askGroups, changeGroup } from '../groups.mjs';

/** {groupJid, action} */
export default (context, command) =>
  changeGroup(context, command.body, (to) => askGroups(context, command, { to, tag: command.body.action }), { updateSetting: command.body.action });
