import { messageKey } from '../message_key.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';
import { send } from '../send.mjs';

const EMOJI = /^\p{RGI_Emoji}$/v;
/** Many clients leave out the selector that asks for colours: ❤ for ❤️. */
const isEmoji = (text) => EMOJI.test(text) || EMOJI.test(`${text}\u{fe0f}`);

/** {key: {id, remoteJid, fromMe, participant?}, reaction}. An empty reaction takes back the one that was there. */
export default async function sendReaction(context, command) {
  const { key, reaction } = command.body;
  if (typeof reaction !== 'string' || (reaction !== '' && !isEmoji(reaction)))
    throw new Refusal('Reaction must be a single emoji or empty string');
  const reacted = messageKey(context, key ?? {});
  const jid = await resolveRecipient(context, reacted.remoteJid);
  return send(context, command, jid, { react: { key: { ...reacted, remoteJid: jid }, text: reaction } });
}
