import { sendInteractive } from '../interactive.mjs';
import { resolveRecipient } from '../recipient.mjs';

/**
 * {number, title?, description?, footerText?, buttonText, sections: [{title?, rows: [{title, description?, rowId}]}]}, and what any message
 * may have (send_options.mjs).
 */
export default async function sendList(context, command) {
  const { number, title, description, footerText, buttonText, sections } = command.body;
  const list = {
    title: buttonText,
    sections: sections.map((section) => ({
      title: section.title ?? '',
      rows: section.rows.map((row) => ({ header: '', title: row.title, description: row.description ?? '', id: row.rowId })),
    })),
  };
  const said = { title, text: description, footer: footerText };
  return sendInteractive(context, command, await resolveRecipient(context, number), said, [{ name: 'single_select', params: list }]);
}
