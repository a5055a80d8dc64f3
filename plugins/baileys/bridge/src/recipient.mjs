import { isJidBroadcast, isJidGroup, isJidNewsletter, isLidUser, isPnUser } from 'baileys/lib/WABinary/index.js';
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

/** Where to ask about `given`: a person at the address of its account, if it has one. Nobody is refused. */
export async function addressOf(context, given) {
  const jid = createJid(given);
  return isPnUser(jid) ? (await registered(context, jid)) ?? jid : jid;
}

async function person(context, jid, number) {
  const found = await registered(context, jid);
  if (!found) throw new Refusal(JSON.stringify({ jid, exists: false, number: String(number) }));
  return found;
}

/** The address under which a person is on WhatsApp; undefined: under none. */
async function registered({ sock, onWhatsApp }, jid) {
  const known = onWhatsApp.get(jid);
  if (known) return known;
  const names = candidates(jid);
  const answers = /\d{5,}@/.test(jid) ? await sock.onWhatsApp(...names) : [];
  if (answers === undefined) throw new Error('no answer about the number');
  const there = answers.filter(({ exists }) => exists);
  const found = names.find((name) => there.some((answer) => answer.jid === name)) ?? there[0]?.jid;
  if (found) onWhatsApp.set(jid, found);
  return found;
}
