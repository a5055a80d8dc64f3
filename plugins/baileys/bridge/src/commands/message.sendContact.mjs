import { resolveRecipient } from '../recipient.mjs';
import { send } from '../send.mjs';
import { vcard } from '../vcard.mjs';

/** {number, contact: [{fullName, phoneNumber, wuid?, organization?, email?, url?}]}, and what any message may have (send_options.mjs). */
export default async function sendContact(context, command) {
  const { number, contact } = command.body;
  const contacts = contact.map((one) => ({ displayName: one.fullName, vcard: vcard(one) }));
  const displayName = contacts.length === 1 ? contacts[0].displayName : `${contacts.length} contacts`;
  return send(context, command, await resolveRecipient(context, number), { contacts: { displayName, contacts } });
}
