import { S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';
import { patience } from '../patience.mjs';

/** {status} */
export default async function updateProfileStatus({ sock }, command) {
  const content = [{ tag: 'status', attrs: {}, content: Buffer.from(command.body.status) }];
  await sock.query({ tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'status' }, content }, patience(command));
  return { result: { update: 'success' } };
}
