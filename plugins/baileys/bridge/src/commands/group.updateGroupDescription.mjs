import { changeGroup, describe } from '../groups.mjs';

/** {groupJid, description}: nothing takes away what is there. */
export default (context, command) =>
  changeGroup(context, command.body, (jid) => describe(context, command, jid, command.body.description), { update: 'success' });
