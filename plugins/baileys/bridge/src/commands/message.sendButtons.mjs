import { randomBytes } from 'node:crypto';
import { sendInteractive } from '../interactive.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';

const PIX_KEYS = { phone: 'PHONE', email: 'EMAIL', cpf: 'CPF', cnpj: 'CNPJ', random: 'EVP' };

/** A button as the native flow of its kind has it. */
const FLOWS = {
  reply: ({ displayText, id }) => ({ name: 'quick_reply', params: { display_text: displayText, id } }),
  copy: ({ displayText, copyCode }) => ({ name: 'cta_copy', params: { display_text: displayText, copy_code: copyCode } }),
  url: ({ displayText, url }) => ({ name: 'cta_url', params: { display_text: displayText, url, merchant_url: url } }),
  call: ({ displayText, phoneNumber }) => ({ name: 'cta_call', params: { display_text: displayText, phone_number: phoneNumber } }),
  pix: ({ currency, name, keyType, key }) => ({
    name: 'payment_info',
    params: pix(currency, { merchant_name: name, key, key_type: PIX_KEYS[keyType] }),
  }),
};

/** {number, title?, description?, footer?, buttons: [{type, …}]}, and what any message may have (send_options.mjs). */
export default async function sendButtons(context, command) {
  const { number, title, description, footer, buttons } = command.body;
  refuseMixed(buttons.map(({ type }) => type));
  const flows = buttons.map((button) => FLOWS[button.type](button));
  return sendInteractive(context, command, await resolveRecipient(context, number), { title, text: description, footer }, flows);
}

/** What no client shows together. */
function refuseMixed(types) {
  const replies = types.filter((type) => type === 'reply').length;
  if (replies > 3) throw new Refusal('Maximum of 3 reply buttons allowed');
  if (replies > 0 && replies < types.length) throw new Refusal('Reply buttons cannot be mixed with other types');
  if (types.includes('pix') && types.length > 1) throw new Refusal('A pix button must be the only one');
}

/** A request for money without an order: what is paid is up to who pays. */
function pix(currency, code) {
  const nothing = { value: 0, offset: 100 };
  return {
    currency,
    total_amount: nothing,
    reference_id: randomBytes(6).toString('hex').toUpperCase(),
    type: 'physical-goods',
    order: {
      status: 'pending',
      subtotal: nothing,
      order_type: 'ORDER',
      items: [{ name: '', amount: nothing, quantity: 0, sale_amount: nothing }],
    },
    payment_settings: [{ type: 'pix_static_code', pix_static_code: code }],
    share_payment_status: false,
  };
}
