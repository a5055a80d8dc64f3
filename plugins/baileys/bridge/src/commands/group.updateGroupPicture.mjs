import { changeGroup } from '../groups.mjs';
import { patience } from '../patience.mjs';
import { pictureOf, setPicture } from '../picture.mjs';

/** {groupJid, image: base64} */
export default async function updateGroupPicture(context, command) {
  const jpeg = await pictureOf(command.body.image);
  return changeGroup(context, command.body, (jid) => setPicture(context.sock, patience(command), jid, jpeg), { update: 'success' });
}
