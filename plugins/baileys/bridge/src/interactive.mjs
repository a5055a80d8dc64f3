// Messages with something to tap: how clients of 2026 show lists and buttons.
//
// The protocol's older kinds (listMessage, buttonsMessage) are refused or shown by nobody if a linked device sends them. What is shown is an
// interactiveMessage with a "native flow", and only if its stanza says what is in it (`biz`); without that WhatsApp takes the message,
// and no client shows it.
import { randomBytes } from 'node:crypto';
import { send } from './send.mjs';

/**
 * @param {string} jid where it goes
 * @param {{title?: string, text?: string, footer?: string}} said around the buttons
 * @param {{name: string, params: object}[]} buttons of a native flow
 */
export async function sendInteractive(context, command, jid, said, buttons) {
  const protocol = {
    messageContextInfo: { messageSecret: randomBytes(32) },
    interactiveMessage: {
      ...(said.title && said.text ? { header: { title: said.title, hasMediaAttachment: false } } : {}),
      body: { text: said.text || said.title || '' }, // without one nothing is shown
      ...(said.footer ? { footer: { text: said.footer } } : {}),
      nativeFlowMessage: {
        buttons: buttons.map(({ name, params }) => ({ name, buttonParamsJson: JSON.stringify(params) })),
        messageParamsJson: '{}',
        messageVersion: 1,
      },
    },
  };
  return send(context, command, jid, { protocol }, { nodes: [contents(buttons)] });
}

/** Flows that are alone in their message are named; all others go under one name. */
const NAMED = new Set(['payment_info']);

function contents([{ name }]) {
  const flow = NAMED.has(name) ? name : 'mixed';
  return {
    tag: 'biz',
    attrs: { actual_actors: '2', host_storage: '2', privacy_mode_ts: String(Math.floor(Date.now() / 1000)) },
    content: [
      { tag: 'interactive', attrs: { type: 'native_flow', v: '1' }, content: [{ tag: 'native_flow', attrs: { v: '9', name: flow } }] },
      {
        tag: 'quality_control',
        attrs: { decision_id: randomBytes(20).toString('hex'), source_type: 'third_party' },
        content: [{ tag: 'decision_source', attrs: { value: 'df' } }],
      },
    ],
  };
}
