import { isLidUser, jidNormalizedUser, S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';
import { createJid } from '../jids.mjs';
import { patience } from '../patience.mjs';
import { accountOf } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';

/** {number, status: block | unblock}. WhatsApp keeps the list by the addresses that tell no numbers, and wants both for a new one. */
export default async function updateBlockStatus(context, command) {
  const { number, status } = command.body;
  const { jid, lid } = await addresses(context, number);
  if (!lid || (status === 'block' && !jid)) throw new Refusal('not all addresses of this person are known that WhatsApp wants for this');
  const attrs = { action: status, jid: lid, ...(status === 'block' ? { pn_jid: jid } : {}) };
  const query = { tag: 'iq', attrs: { xmlns: 'blocklist', to: S_WHATSAPP_NET, type: 'set' }, content: [{ tag: 'item', attrs }] };
  await context.sock.query(query, patience(command));
  return { result: { block: 'success' } };
}

async function addresses(context, number) {
  const given = createJid(number);
  const { lidMapping } = context.sock.signalRepository;
  if (isLidUser(given)) return { jid: context.existence.numberOf(given) ?? userOf(await lidMapping.getPNForLID(given)), lid: given };
  const { jid, lid } = await accountOf(context, number);
  return { jid, lid: lid ?? userOf(await lidMapping.getLIDForPN(jid)) };
}

/** Without the number of a device. */
const userOf = (jid) => (jid ? jidNormalizedUser(jid) : undefined);
