import { S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';
import { Refusal } from './refusal.mjs';

const SIDE = 640;
const MOST_PIXELS = 50_000_000; // a small file may be a very large picture

/**
 * The picture that a caller gave, as WhatsApp takes it.
 *
 * @param {string} given base64, or a data URL
 * @returns {Promise<Buffer>} a JPEG
 * @throws Refusal
 */
export async function pictureOf(given) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) throw new Refusal('a picture by its address is not supported yet: give it as base64');
  const text = given.replace(/^data:[^,]*;base64,/, '').replace(/\s/g, ''); // spaces that the pattern allowed would cost it the square of their number
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new Refusal('the picture is not base64');
  const { default: sharp } = await import('sharp'); // 20 MB that few instances need
  try {
    const picture = sharp(Buffer.from(text, 'base64'), { limitInputPixels: MOST_PIXELS, failOn: 'error' });
    return await picture.rotate().resize(SIDE, SIDE).flatten({ background: 'white' }).jpeg({ quality: 80 }).toBuffer();
  } catch {
    throw new Refusal('the picture cannot be read: JPEG, PNG, WebP and GIF can');
  }
}

/** @param {string} [target] a group; without it the account's own. @param {Buffer} [jpeg] without it there is none any more */
export function setPicture(sock, ms, target, jpeg) {
  const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'w:profile:picture', ...(target ? { target } : {}) };
  const content = jpeg && [{ tag: 'picture', attrs: { type: 'image' }, content: jpeg }];
  return sock.query({ tag: 'iq', attrs, ...(content ? { content } : {}) }, ms);
}

const NONE = new Set([401, 403, 404]); // private, of a group of others, absent: there is none for us to see

/** Where the picture of a person or a group is; null: there is none that this account may see. */
export async function pictureUrlOf(sock, jid, ms) {
  try {
    return (await sock.profilePictureUrl(jid, 'image', ms)) ?? null;
  } catch (error) {
    if (NONE.has(error?.data)) return null;
    throw error;
  }
}
