import { changeSettings } from '../app_state.mjs';
import { labelsOf } from '../labels.mjs';
import { patience } from '../patience.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { NotFound, NotOnWhatsApp } from '../refusal.mjs';

/** {number, labelId, action: add | remove}. Of a label that there is not WhatsApp would keep the use and show nothing. */
export default async function handleLabel(context, command) {
  const { number, labelId, action } = command.body;
  const [numberJid, labels] = await Promise.all([chat(context, number), labelsOf(context, patience(command))]);
  if (!labels.some(({ id, deleted }) => id === labelId && !deleted)) throw new NotFound('there is no label with this labelId');
  await changeSettings(context, { [action === 'add' ? 'addChatLabel' : 'removeChatLabel']: { labelId } }, numberJid);
  return { result: { numberJid, labelId, [action]: true } };
}

async function chat(context, number) {
  try {
    return await resolveRecipient(context, number);
  } catch (error) {
    if (error instanceof NotOnWhatsApp) throw new NotFound('Number is not on WhatsApp');
    throw error;
  }
}
