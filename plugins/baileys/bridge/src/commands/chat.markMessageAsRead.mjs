import { S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';
import { messageKey } from '../message_key.mjs';
import { patience } from '../patience.mjs';

/**
 * {readMessages: [{id, fromMe, remoteJid, participant?}]}. Messages of our own are left out: there is nobody to be told.
 *
 * A receipt has no answer that baileys waits for. WhatsApp takes what comes over a link in order, so its answer to a ping
 * says that it has the receipts; without one they are sent again on the next link, which harms nobody.
 */
export default async function markMessageAsRead(context, command) {
  const keys = command.body.readMessages.filter(({ fromMe }) => !fromMe).map((key) => messageKey(context, key));
  if (keys.length > 0) {
    await context.sock.readMessages(keys);
    await ping(context.sock, patience(command));
  }
  return { result: { message: 'Read messages', read: 'success' } };
}

function ping(sock, ms) {
  const attrs = { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' };
  return sock.query({ tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] }, ms);
}
