// What messages of ours are made of: as a peer's client has them, and as the answer tells them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from './support/host.mjs';
import { phoneOf, World } from './support/world.mjs';

const world = await World.create();
const host = await world.host();
const jid = await world.pair(host, '1');
const peer = await world.peer('ana');

/** Sends, and resolves with the answer's result and the message as the peer has it. */
async function sent(name, body, to = peer.phone) {
  const messageId = newId();
  const { status, detail, result } = await host.submit('1', name, { number: to, ...body }, { messageId });
  assert.equal(status, 0, detail);
  assert.deepEqual([result.key.id, result.status, result.pushName], [messageId, 'PENDING', 'Você']);
  const got = await peer.wait('messages.upsert', ({ messages }) => messages.find(({ key }) => key.id === messageId));
  return { result, got, message: got.message };
}
/** What the stanza of a message has beside its ciphertexts. */
const stanzas = new Map();
peer.sock.ws.on('CB:message', (node) => stanzas.set(node.attrs.id, node));
const child = (node, tag) => node?.content?.find?.((one) => one.tag === tag);

test('a place arrives with its name and address', async () => {
  const place = { latitude: -23.5, longitude: -46.625, name: 'Loja', address: 'Rua A, 1' };
  const { result, message } = await sent('message.sendLocation', place);
  const { degreesLatitude, degreesLongitude, name, address } = message.locationMessage;
  assert.deepEqual({ latitude: degreesLatitude, longitude: degreesLongitude, name, address }, place);
  assert.equal(result.messageType, 'locationMessage');
  assert.equal(result.message.locationMessage.name, 'Loja');
});

test('one contact is a card that can be written to, several are a list of them', async () => {
  const ana = { fullName: 'Ana Lima', phoneNumber: '+55 11 99999-0001', organization: 'Loja; Matriz', email: 'ana@example.com', url: 'https://example.com' };
  const one = await sent('message.sendContact', { contact: [ana] });
  assert.equal(one.result.messageType, 'contactMessage');
  const { displayName, vcard } = one.message.contactMessage;
  assert.equal(displayName, 'Ana Lima');
  for (const line of ['FN:Ana Lima', 'ORG:Loja\\; Matriz', 'TEL;type=CELL;type=VOICE;waid=5511999990001:+55 11 99999-0001', 'EMAIL:ana@example.com', 'URL:https://example.com'])
    assert.ok(vcard.split('\n').includes(line), `${line} in ${vcard}`);
  const two = await sent('message.sendContact', { contact: [ana, { fullName: 'Bob', phoneNumber: '15550001111', wuid: '15550002222' }] });
  assert.equal(two.result.messageType, 'contactsArrayMessage');
  const { contacts } = two.message.contactsArrayMessage;
  assert.deepEqual(contacts.map((contact) => contact.displayName), ['Ana Lima', 'Bob']);
  assert.match(contacts[1].vcard, /waid=15550002222:15550001111/);
});

test('nothing that a caller writes into a contact becomes a line of the card', async () => {
  const { message } = await sent('message.sendContact', { contact: [{ fullName: 'A\r\nTEL:999', phoneNumber: '15550001111\nURL:x' }] });
  const lines = message.contactMessage.vcard.split('\n');
  assert.equal(lines.length, 6, message.contactMessage.vcard);
  assert.ok(lines.includes('FN:A\\nTEL:999'));
});

test('a poll arrives as one that may be voted in, for one or for several', async () => {
  const one = await sent('message.sendPoll', { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 });
  assert.equal(one.result.messageType, 'pollCreationMessageV3');
  const { name, options, selectableOptionsCount } = one.message.pollCreationMessageV3;
  assert.deepEqual([name, options.map(({ optionName }) => optionName), selectableOptionsCount], ['When?', ['today', 'tomorrow'], 1]);
  assert.equal(one.message.messageContextInfo.messageSecret.length, 32);
  assert.deepEqual(child(stanzas.get(one.got.key.id), 'meta').attrs, { polltype: 'creation' });
  const any = await sent('message.sendPoll', { name: 'Which?', values: ['a', 'b', 'c'], selectableCount: 0 });
  assert.equal(any.message.pollCreationMessage.selectableOptionsCount ?? 0, 0);
  const many = await host.submit('1', 'message.sendPoll', { number: peer.phone, name: 'x', values: ['a', 'b'], selectableCount: 3 });
  assert.deepEqual([many.status, many.detail], [-12, 'selectableCount: is 3, and there are only 2 values']);
});

test('a poll that is sent again under its id is the same poll: votes in either can be read', async () => {
  const messageId = newId();
  const body = { number: peer.phone, name: 'Again?', values: ['yes', 'no'], selectableCount: 1 };
  const secrets = [];
  for (let n = 0; n < 2; ++n) secrets.push((await host.submit('1', 'message.sendPoll', body, { messageId })).result.message.messageContextInfo.messageSecret);
  assert.equal(secrets[0], secrets[1]);
});

/** What is to be tapped, as [name, params]; and the stanza has to say what is in the message, or no client shows it. */
function tapped({ got, message }, flow) {
  const biz = child(stanzas.get(got.key.id), 'biz');
  assert.deepEqual(child(child(biz, 'interactive'), 'native_flow').attrs, { v: '9', name: flow });
  assert.equal(child(biz, 'quality_control').attrs.source_type, 'third_party');
  return message.interactiveMessage.nativeFlowMessage.buttons.map(({ name, buttonParamsJson }) => [name, JSON.parse(buttonParamsJson)]);
}

test('a list arrives as a button that opens it', async () => {
  const sections = [
    { title: 'Warm', rows: [{ title: 'Soup', description: 'of the day', rowId: 'soup' }] },
    { rows: [{ title: 'Bread', rowId: 'bread' }] },
  ];
  const list = await sent('message.sendList', { title: 'Lunch', description: 'Today', footerText: 'until noon', buttonText: 'Menu', sections });
  assert.equal(list.result.messageType, 'interactiveMessage');
  const { header, body, footer } = list.message.interactiveMessage;
  assert.deepEqual([header.title, body.text, footer.text], ['Lunch', 'Today', 'until noon']);
  const [[name, params], ...more] = tapped(list, 'mixed');
  assert.deepEqual([name, params.title, more], ['single_select', 'Menu', []]);
  assert.deepEqual(params.sections.map(({ title, rows }) => [title, rows.map(({ title, description, id }) => [title, description, id])]),
    [['Warm', [['Soup', 'of the day', 'soup']]], ['', [['Bread', '', 'bread']]]]);
});

test('buttons arrive each as what its type does', async () => {
  const replies = [{ type: 'reply', displayText: 'Yes', id: 'yes' }, { type: 'reply', displayText: 'No', id: 'no' }];
  const asked = await sent('message.sendButtons', { title: 'Lunch', description: 'Are you coming?', footer: 'until noon', buttons: replies });
  assert.deepEqual(tapped(asked, 'mixed'), [
    ['quick_reply', { display_text: 'Yes', id: 'yes' }],
    ['quick_reply', { display_text: 'No', id: 'no' }],
  ]);
  const others = [
    { type: 'copy', displayText: 'Copy', copyCode: 'ABC' },
    { type: 'url', displayText: 'Look', url: 'https://example.com' },
    { type: 'call', displayText: 'Call', phoneNumber: '+5511999990001' },
  ];
  assert.deepEqual(tapped(await sent('message.sendButtons', { description: 'x', buttons: others }), 'mixed'), [
    ['cta_copy', { display_text: 'Copy', copy_code: 'ABC' }],
    ['cta_url', { display_text: 'Look', url: 'https://example.com', merchant_url: 'https://example.com' }],
    ['cta_call', { display_text: 'Call', phone_number: '+5511999990001' }],
  ]);
  const pay = { type: 'pix', currency: 'BRL', name: 'Loja', keyType: 'random', key: 'a-b-c' };
  const payment = await sent('message.sendButtons', { title: 'Pay', buttons: [pay] });
  assert.equal(payment.message.interactiveMessage.body.text, 'Pay');
  const [[name, params]] = tapped(payment, 'payment_info');
  assert.deepEqual([name, params.currency], ['payment_info', 'BRL']);
  assert.deepEqual(params.payment_settings[0].pix_static_code, { merchant_name: 'Loja', key: 'a-b-c', key_type: 'EVP' });
  for (const [buttons, why] of [
    [Array(4).fill(replies[0]), /3 reply/],
    [[replies[0], others[0]], /cannot be mixed/],
    [[pay, others[0]], /only one/],
  ]) {
    const { status, detail } = await host.submit('1', 'message.sendButtons', { number: peer.phone, buttons });
    assert.equal(status, -12);
    assert.match(detail, why);
  }
});

test('a status reaches those who are named, as it is to look, and nobody else', async () => {
  const stranger = await world.peer('stranger');
  const messageId = newId();
  const body = { type: 'text', content: 'open again', backgroundColor: '#008000', font: 1, statusJidList: [peer.phone, '19998887777'] };
  const { status, detail, result } = await host.submit('1', 'message.sendStatus', body, { messageId });
  assert.equal(status, 0, detail);
  assert.deepEqual([result.key.remoteJid, result.message.conversation], ['status@broadcast', 'open again']);
  const { key, message } = await peer.wait('messages.upsert', ({ messages }) => messages.find((m) => m.key.id === messageId));
  const { text, backgroundArgb, font } = message.extendedTextMessage;
  assert.deepEqual([key.remoteJid, text, backgroundArgb, font], ['status@broadcast', 'open again', 0xff008000, 1]);
  assert.equal(stranger.events.some(({ data }) => JSON.stringify(data).includes('open again')), false);
  const inbox = await world.admin('phone/inbox', { phone: phoneOf(jid) });
  assert.ok(inbox.some(({ id }) => id === messageId), 'our own phone knows it');
});

test('whatever is sent can quote and mention', async () => {
  const group = await peer.sock.groupCreate('Contents', [jid]);
  const first = await sent('message.sendText', { text: 'first' }, group.id);
  const more = { quoted: { key: { id: first.result.key.id } }, mentioned: [peer.phone] };
  for (const [name, body] of [
    ['message.sendText', { text: 'x' }],
    ['message.sendLocation', { latitude: 1, longitude: 2 }],
    ['message.sendContact', { contact: [{ fullName: 'Ana', phoneNumber: '15550001111' }] }],
    ['message.sendPoll', { name: 'x', values: ['a', 'b'], selectableCount: 1 }],
    ['message.sendList', { buttonText: 'x', sections: [{ rows: [{ title: 'a', rowId: 'a' }] }] }],
    ['message.sendButtons', { buttons: [{ type: 'reply', displayText: 'a', id: 'a' }] }],
  ]) {
    const { result, message } = await sent(name, { ...body, ...more }, group.id);
    const { contextInfo } = Object.values(message).find((part) => part?.contextInfo);
    assert.equal(contextInfo.stanzaId, first.result.key.id, name);
    assert.equal(contextInfo.quotedMessage.extendedTextMessage?.text ?? contextInfo.quotedMessage.conversation, 'first', name);
    assert.deepEqual(contextInfo.mentionedJid, [peer.jid], name);
    assert.equal(result.contextInfo.participant, jid, name);
  }
});

test('nothing happened that a correct client never does', () => {
  assert.deepEqual(world.sim.violations, []);
  assert.deepEqual(host.refusals, []);
});
