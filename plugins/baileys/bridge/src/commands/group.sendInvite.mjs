import { groupJid, invitationOf, inviteUrl } from '../groups.mjs';
import { people } from '../recipient.mjs';
import { send } from '../send.mjs';
import { sendSeveral } from '../several.mjs';

/** {groupJid, description, numbers}: a text to each. */
export default async function sendInvite(context, command) {
  const { groupJid: group, description, numbers } = command.body;
  const jids = await people(context, numbers);
  const url = inviteUrl(await invitationOf(context, command, groupJid(group)));
  const text = description ? `${description}\n\n${url}` : url;
  const messages = await sendSeveral(command, numbers, (index, own) => send(context, own, jids[index], { text, linkPreview: null }));
  return { result: { send: true, inviteUrl: url, messages } };
}
