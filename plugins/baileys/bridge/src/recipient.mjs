import { isJidBroadcast, isJidGroup, isJidNewsletter, isLidUser } from 'baileys/lib/WABinary/index.js';
import { candidates, createJid } from './jids.mjs';
import { Refusal } from './refusal.mjs';

/**
 * Where a message to `to` goes. A person must be on WhatsApp, a group must be one of ours.
 * @throws Refusal, for a person the object of the contract: {"jid","exists":false,"number"}
 */
export async function resolveRecipient(context, to) {
  const jid = createJid(to);
  if (isLidUser(jid) || isJidBroadcast(jid)) return jid;
  if (isJidNewsletter(jid)) throw new Refusal('newsletters are not supported');
  return isJidGroup(jid) ? ourGroup(context, jid) : person(context, jid, to);
}

async function ourGroup({ groupMetadata }, jid) {
  try {
    await groupMetadata(jid);
  } catch (error) {
    if (typeof error?.data !== 'number') throw error; // no answer at all
    throw new Refusal('the group was not found');
  }
  return jid;
}

async function person({ sock, onWhatsApp }, jid, number) {
  const known = onWhatsApp.get(jid);
  if (known) return known;
  const names = candidates(jid);
  const answers = /\d{5,}@/.test(jid) ? await sock.onWhatsApp(...names) : [];
  if (answers === undefined) throw new Error('no answer about the number');
  const there = answers.filter(({ exists }) => exists);
  const found = names.find((name) => there.some((answer) => answer.jid === name)) ?? there[0]?.jid;
  if (!found) throw new Refusal(JSON.stringify({ jid, exists: false, number: String(number) }));
  onWhatsApp.set(jid, found);
  return found;
}
