import { isJidBroadcast, isJidGroup, isLidUser } from 'baileys/lib/WABinary/index.js';
import { createJid } from '../jids.mjs';
import { onWhatsApp } from '../recipient.mjs';
import { refusalOf } from '../refusal.mjs';

/** {numbers} */
export default async function whatsappNumbers(context, { body }) {
  return { result: await Promise.all(body.numbers.map(async (number) => ({ ...(await about(context, createJid(number))), number }))) };
}

async function about(context, jid) {
  if (isJidGroup(jid)) return group(context, jid);
  if (isJidBroadcast(jid) || isLidUser(jid)) return { jid, exists: true, ...named(context, jid) };
  const found = await onWhatsApp(context, jid);
  if (!found) return { jid, exists: false };
  return { jid: found.jid, exists: true, ...(found.lid ? { lid: found.lid } : {}), ...named(context, found.jid, found.lid) };
}

async function group({ groupMetadata }, jid) {
  try {
    return { jid, exists: true, name: (await groupMetadata(jid)).subject };
  } catch (error) {
    if (refusalOf(error)) return { jid, exists: false };
    throw error;
  }
}

function named({ nameOf }, ...jids) {
  const name = nameOf(...jids);
  return name ? { name } : {};
}
