import { isJidBroadcast, isJidGroup, isJidNewsletter, isLidUser, isPnUser } from 'baileys/lib/WABinary/index.js';
import { candidates, createJid } from './jids.mjs';
import { NotOnWhatsApp, Refusal } from './refusal.mjs';

/**
 * Where a message to `to` goes. A person must be on WhatsApp, a group must be one of ours.
 * @throws Refusal, of a person NotOnWhatsApp
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
  return isLidUser(jid) ? jid : (await accountOf(context, number)).jid;
}

/** The account of a number. @throws Refusal as resolveRecipient() */
export async function accountOf(context, number) {
  const jid = createJid(number);
  const found = await onWhatsApp(context, jid);
  if (!found) throw new NotOnWhatsApp(jid, number);
  return { ...found };
}

/** A person's account as far as there is one; nobody is refused. @returns {Promise<{jid: string, exists: boolean, lid?: string}>} */
export async function accountIfThere(context, number) {
  const jid = createJid(number);
  if (isLidUser(jid)) return { jid, exists: true };
  return (await onWhatsApp(context, jid)) ?? { jid, exists: false };
}

/** The address under which a person is on WhatsApp; undefined: under none. */
async function registered(context, jid) {
  return (await onWhatsApp(context, jid))?.jid;
}

/** @returns {Promise<{jid: string, lid?: string}|undefined>} the account that a person's number has, Brazilian ones with or without the ninth digit */
export async function onWhatsApp({ sock, existence }, jid) {
  if (!/\d{5,}@/.test(jid)) return undefined;
  const names = candidates(jid);
  const answers = await existence.ask(sock, names);
  return names.map((name) => answers.get(name)).find(({ exists }) => exists);
}

/** The addresses of people to whom something is done together. @throws Refusal of the first who is not on WhatsApp */
export function people(context, numbers) {
  return Promise.all(numbers.map((number) => person(context, createJid(number), number)));
}
