import { messageKey } from './message_key.mjs';

/**
 * What WhatsApp wants to know of a chat whose state is changed: the message up to which that holds.
 *
 * @param {{key: object, messageTimestamp: number}} given as a caller gives it
 * @returns {object[]} as baileys' chatModify takes it
 */
export function upTo(context, { key, messageTimestamp }) {
  return [{ key: messageKey(context, key), messageTimestamp }];
}
