import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';

/**
 * {number, text, linkPreview?, quoted?, mentioned?, mentionsEveryOne?, delay?}.
 *
 * A link has no preview, whatever is asked: it would make this process fetch an address that a stranger chose.
 */
export default async function sendText(context, command) {
  const { number, text } = command.body;
  return send(context, command, await resolveRecipient(context, number), { text, linkPreview: null });
}
