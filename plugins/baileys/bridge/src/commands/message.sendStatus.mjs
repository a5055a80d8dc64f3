import { jidNormalizedUser } from 'baileys/lib/WABinary/index.js';
import { createJid } from '../jids.mjs';
import { send } from '../send.mjs';

const STATUS = 'status@broadcast';

/** {type: text, content, backgroundColor, font, statusJidList}. Our own other devices are told as well. */
export default async function sendStatus(context, command) {
  const { content, backgroundColor, font, statusJidList } = command.body;
  const viewers = new Set([...statusJidList.map(createJid), jidNormalizedUser(context.creds.me.id)]);
  return send(context, command, STATUS, { text: content, linkPreview: null }, { viewers: [...viewers], style: { backgroundColor, font } });
}
