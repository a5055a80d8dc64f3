import { patience } from '../patience.mjs';
import { pictureUrlOf } from '../picture.mjs';
import { addressOf } from '../recipient.mjs';

/**
 * {number} of a person, or the JID of a group.
 *
 * The address is looked up as for a message, so that a Brazilian number finds its account with and without the ninth
 * digit. But nobody is refused: whoever is not on WhatsApp has no picture, which is what callers go through lists for.
 */
export default async function fetchProfilePictureUrl(context, command) {
  const wuid = await addressOf(context, command.body.number);
  return { result: { wuid, profilePictureUrl: await pictureUrlOf(context.sock, wuid, patience(command)) } };
}
