import { patience } from '../patience.mjs';
import { addressOf } from '../recipient.mjs';

const NONE = new Set([401, 403, 404]); // private, of a group of others, absent: there is none for us to see

/**
 * {number} of a person, or the JID of a group.
 *
 * The address is looked up as for a message, so that a Brazilian number finds its account with and without the ninth
 * digit. But nobody is refused: whoever is not on WhatsApp has no picture, which is what callers go through lists for.
 */
export default async function fetchProfilePictureUrl(context, command) {
  const wuid = await addressOf(context, command.body.number);
  return { result: { wuid, profilePictureUrl: await pictureOf(context, wuid, patience(command)) } };
}

async function pictureOf({ sock }, jid, ms) {
  try {
    return (await sock.profilePictureUrl(jid, 'image', ms)) ?? null;
  } catch (error) {
    if (NONE.has(error?.data)) return null;
    throw error;
  }
}
