import { patience } from '../patience.mjs';
import { pictureOf, setPicture } from '../picture.mjs';

/** {picture: base64} */
export default async function updateProfilePicture({ sock }, command) {
  await setPicture(sock, patience(command), undefined, await pictureOf(command.body.picture));
  return { result: { update: 'success' } };
}
