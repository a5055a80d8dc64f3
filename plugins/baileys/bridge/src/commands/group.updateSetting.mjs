import { changeGroup } from '../groups.mjs';

/** {groupJid, action} */
export default (context, { body }) =>
  changeGroup(context, body, (jid) => context.sock.groupSettingUpdate(jid, body.action), { updateSetting: body.action });
