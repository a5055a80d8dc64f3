import { patience } from '../patience.mjs';
import { setPicture } from '../picture.mjs';

export default async function removeProfilePicture({ sock }, command) {
  await setPicture(sock, patience(command));
  return { result: { update: 'success' } };
}
