import { patience } from '../patience.mjs';
import { pictureUrlOf } from '../picture.mjs';
import { businessOf, statusOf } from '../profile.mjs';
import { accountIfThere } from '../recipient.mjs';

/** {number}. Who is not on WhatsApp shows nothing, which is no error: callers go through lists. */
export default async function fetchProfile(context, command) {
  const { jid, lid, exists } = await accountIfThere(context, command.body.number);
  const [picture, status, business] = exists
    ? await Promise.all([pictureUrlOf(context.sock, jid, patience(command)), statusOf(context, jid), businessOf(context, jid)])
    : [null, null, undefined];
  return {
    result: {
      wuid: jid,
      name: context.nameOf(jid, lid) ?? null,
      numberExists: exists,
      picture,
      status,
      isBusiness: business !== undefined,
      email: business?.email ?? null,
      description: business?.description ?? null,
      website: business?.website[0] ?? null,
    },
  };
}
