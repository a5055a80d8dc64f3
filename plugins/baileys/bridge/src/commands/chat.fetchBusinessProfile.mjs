import { businessOf } from '../profile.mjs';
import { accountIfThere } from '../recipient.mjs';

/** {number} */
export default async function fetchBusinessProfile(context, { body: { number } }) {
  const { jid, exists } = await accountIfThere(context, number);
  const business = exists ? await businessOf(context, jid) : undefined;
  return { result: business ? { isBusiness: true, ...business } : { isBusiness: false, message: 'Not is business profile', jid, exists, number } };
}
