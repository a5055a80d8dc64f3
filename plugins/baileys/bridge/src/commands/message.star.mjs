import { proto } from 'baileys/WAProto/index.js';
import { messageKey } from '../message_key.mjs';
import { resolveRecipient } from '../recipient.mjs';
import { Refusal } from '../refusal.mjs';

/**
 * {key, star}. A mark of the account's own, which its devices share.
 *
 * baileys' own call leaves out who wrote a group's message; other devices then look for one that there is not.
 */
export default async function star(context, command) {
  const { key, star: starred } = command.body;
  const { id, fromMe, remoteJid, participant } = messageKey(context, key);
  if (!context.creds.myAppStateKeyId) throw new Refusal('the phone has not shared its keys with this device yet; try again later');
  const jid = await resolveRecipient(context, remoteJid);
  await context.sock.appPatch({
    syncAction: { starAction: { starred } },
    index: ['star', jid, id, fromMe ? '1' : '0', participant ?? '0'],
    type: 'regular_low',
    apiVersion: 2,
    operation: proto.SyncdMutation.SyncdOperation.SET,
  });
  return { result: { starred } };
}
