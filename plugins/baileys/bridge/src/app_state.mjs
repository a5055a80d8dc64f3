// Changes of the account that its phone keeps and all its devices share ("app state").
import { NotNow } from './refusal.mjs';

/** @param {object} change as baileys' chatModify takes it. @param {string} jid of the chat that it is about; '' = none */
export async function changeSettings({ sock, creds }, change, jid = '') {
  if (!creds.myAppStateKeyId) throw new NotNow('the phone has not sent the key of the account\'s settings yet: it does soon after pairing');
  await sock.chatModify(change, jid);
}
