// A sender who keeps to no rule: hands the simulator stanzas that no client would make.
import { proto } from 'baileys/WAProto/index.js';
import { encodeWAMessage } from 'baileys/lib/Utils/generics.js';
import { SenderKeyDistributionMessage } from 'baileys/lib/Signal/Group/index.js';
import { randomBytes } from 'node:crypto';

const MIB = 1024 * 1024;

/** Around what anything on the way takes: names, headers, values, pages, bodies, frames. */
const SIZES = [0, 1, 63, 64, 65, 255, 256, 257, 511, 512, 513, 4096, 65_535, 65_536, 65_537, 250_000, MIB - 300, MIB - 1, MIB, MIB + 1];
const LARGE = [2 * MIB, 4 * MIB, 6 * MIB, 8 * MIB - 1, 8 * MIB + 1, 12 * MIB, 15 * MIB - 400, 15 * MIB, 16 * MIB - 4096];
const LETTERS = ['x', '"', '\\', '\u0001', '\0', 'é', '😀', '\u2028', '\uFFFD', '<', '\x7f'];

export class Hostile {
  /** Knows the instance that is paired as `jid`, and has a session with it. */
  static async create(world, jid, random) {
    const hostile = new Hostile();
    const account = world.sim.account(world.newPhone(), 'Hostile');
    Object.assign(hostile, { world, random, account, to: jid, phone: world.sim.phone(account), jid: account.jid() });
    hostile.device = world.device(jid.split('@')[0]);
    await hostile.say('hello');
    return hostile;
  }

  /** An ordinary text. */
  say(text) {
    return this.phone.sendMessage(this.to, text);
  }

  message(message, attrs) {
    return this.padded(encodeWAMessage(proto.Message.fromObject(message)), attrs);
  }

  /** Bytes where a message belongs, padded as they should be. */
  plaintext(bytes, attrs) {
    return this.padded(Buffer.concat([bytes, Buffer.from([1])]), attrs);
  }

  /** Bytes where a padded message belongs. @returns {{id}} */
  async padded(data, attrs = {}, children = []) {
    return this.stanza({ attrs, content: [...children, await this.#enc(data)] });
  }

  /** A stanza of any shape; members of `attrs` that are null are left out. */
  async stanza({ tag = 'message', attrs = {}, content }) {
    const id = this.phone.newId();
    const given = {
      id, t: String(Math.floor(Date.now() / 1000)), type: 'text', from: this.jid, sender_lid: this.account.jid(true), ...attrs,
    };
    const all = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    this.world.sim.router.deliver(this.device, { tag, attrs: all, ...(content ? { content } : {}) });
    return { id: all.id };
  }

  senderKey() {
    return new SenderKeyDistributionMessage(1, 0, randomBytes(32), Buffer.concat([Buffer.from([5]), randomBytes(32)])).serialize();
  }

  /** @returns {Promise<{what: string, sent: {id}, told?: boolean}>} `told`: there has to be an event of it */
  anything() {
    const { random } = this;
    return random.of([
      () => this.#text(), () => this.#text(), () => this.#text(), () => this.#thumbnail(), () => this.#mentions(), () => this.#quotes(),
      () => this.#garbage(), () => this.#garbage(), () => this.#kind(), () => this.#names(), () => this.#shape(), () => this.#notMessage(),
    ])();
  }

  get #size() {
    return this.random.next(16) === 0 ? this.random.of(LARGE) : this.random.of(SIZES);
  }

  async #text() {
    const letter = this.random.of(LETTERS), size = this.#size;
    const text = letter.repeat(Math.ceil(size / Buffer.byteLength(letter)));
    const sent = await this.message(this.random.next(2) ? { conversation: text } : { extendedTextMessage: { text } });
    return { what: `${size} bytes of ${JSON.stringify(letter)}`, sent, told: text !== '' };
  }

  async #thumbnail() {
    const size = this.#size;
    const sent = await this.message({ imageMessage: { mimetype: 'image/jpeg', mediaKey: randomBytes(32), jpegThumbnail: randomBytes(size) } });
    return { what: `a thumbnail of ${size} bytes`, sent, told: true };
  }

  async #mentions() {
    const count = this.random.of([0, 1, 1000, 20_000]);
    const mentionedJid = Array.from({ length: count }, (_, n) => `${n}@s.whatsapp.net`);
    const sent = await this.message({ extendedTextMessage: { text: 'you', contextInfo: { mentionedJid } } });
    return { what: `${count} mentions`, sent, told: true };
  }

  async #quotes() {
    const depth = this.random.of([1, 14, 15, 16, 17, 20, 60, 500, 5000, 30_000]);
    return { what: `${depth} quotes of quotes`, sent: await this.plaintext(quotes(depth)), told: true };
  }

  async #garbage() {
    const whole = Buffer.from(proto.Message.encode({ conversation: 'to be broken' }).finish());
    const { what, data } = this.random.of([
      () => ({ what: 'no byte at all', data: Buffer.alloc(0) }),
      () => ({ what: 'padding that is longer than the message', data: Buffer.from([200]) }),
      () => ({ what: 'a message that is cut short', data: Buffer.concat([whole.subarray(0, 5), Buffer.from([1])]) }),
      () => ({ what: 'random bytes', data: randomBytes(1 + this.random.next(5000)) }),
      () => ({ what: 'a text that is not UTF-8', data: Buffer.from([0x0a, 6, 0xed, 0xa0, 0x80, 0xff, 0xc0, 0x41, 1]) }),
      () => ({ what: 'a field of an unknown number', data: Buffer.from([0xfa, 0x7f, 3, 1, 2, 3, 1]) }),
      () => ({ what: 'a length beyond the end', data: Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 1]) }),
    ])();
    return { what, sent: await this.padded(data) };
  }

  async #kind() {
    const size = this.#size, long = 'k'.repeat(size), third = long.slice(0, size / 3); // a frame holds less than 16 MiB
    const [what, message] = this.random.of([
      ['a reaction to nothing', { reactionMessage: { text: '👍' } }],
      ['a deletion of nothing', { protocolMessage: { type: 0 } }],
      ['a deletion of a long name', { protocolMessage: { type: 0, key: { id: third, remoteJid: third, participant: third } } }],
      ['an edit of nothing', { protocolMessage: { type: 14, editedMessage: { conversation: long } } }],
      ['a kind of change that nobody knows', { protocolMessage: { type: 3, ephemeralExpiration: 4294967295 } }],
      ['a poll vote without a poll', { pollUpdateMessage: { vote: {} } }],
      ['an empty wrapper', { ephemeralMessage: {} }],
      ['a location that is no number', { locationMessage: { degreesLatitude: NaN, degreesLongitude: Infinity, name: long } }],
      ['a sender key for a long group', { conversation: 'x', senderKeyDistributionMessage: { groupId: long, axolotlSenderKeyDistributionMessage: this.senderKey() } }],
      ['a sender key that is none', { senderKeyDistributionMessage: { groupId: 'g', axolotlSenderKeyDistributionMessage: randomBytes(9) } }],
      ['contacts', { contactsArrayMessage: { contacts: Array.from({ length: 2000 }, () => ({ displayName: 'c', vcard: 'v' })) } }],
    ]);
    return { what, sent: await this.message(message) };
  }

  async #names() {
    const name = this.random.of(LETTERS).repeat(1 + this.random.next(3000));
    const [what, attrs] = this.random.of([
      ['a long or odd push name', { notify: name }],
      ['a long or odd id', { id: this.phone.newId() + name }],
      ['a time that is none', { t: this.random.of(['', 'soon', '-5', '99999999999999999999', '1e9', 'NaN']) }],
      ['another address of the sender', { sender_lid: `${name}@lid` }], // whose session nobody has: asked for again
      ['an odd type', { type: name }],
      ['an attribute that nobody knows', { [`x${this.random.next(9)}`]: name }],
    ]);
    return { what: `${what}: ${name.length} of ${JSON.stringify(name[0])}`, sent: await this.padded(encodeWAMessage({ conversation: 'named' }), attrs), told: !attrs.sender_lid };
  }

  async #shape() {
    let deep = { tag: 'x', attrs: {} };
    for (let n = 0; n < 200; ++n) deep = { tag: 'x', attrs: {}, content: [deep] };
    const good = encodeWAMessage({ conversation: 'shaped' });
    return this.random.of([
      async () => ({ what: 'a stanza without an id', sent: {}, of: await this.padded(good, { id: null }) }),
      async () => ({ what: 'a stanza without a sender', sent: {}, of: await this.padded(good, { from: null }) }),
      async () => ({ what: 'a stanza from nowhere', sent: {}, of: await this.padded(good, { from: 'nobody' }) }),
      async () => ({ what: 'a group message without a sender', sent: {}, of: await this.padded(good, { from: '1@g.us' }) }),
      async () => ({ what: 'a message for someone else', sent: {}, of: await this.padded(good, { recipient: '1@s.whatsapp.net' }) }),
      async () => ({ what: 'a stanza of nothing', sent: {}, of: await this.stanza({}) }),
      async () => ({ what: 'a ciphertext that is none', sent: {}, of: await this.stanza({ content: [{ tag: 'enc', attrs: { v: '2', type: 'msg' }, content: randomBytes(50) }] }) }),
      async () => ({ what: 'a ciphertext of an unknown kind', sent: {}, of: await this.stanza({ content: [{ tag: 'enc', attrs: { type: 'xyz' }, content: randomBytes(50) }] }) }),
      async () => ({ what: 'children in children', told: true, sent: await this.padded(good, {}, [deep]) }),
      async () => ({ what: '5,000 children', told: true, sent: await this.padded(good, {}, Array.from({ length: 5000 }, () => ({ tag: 'y', attrs: { a: 'b' } }))) }),
      async () => ({ what: 'a broken ciphertext before a good one', told: true, sent: await this.#two() }),
    ])();
  }

  async #two() {
    const broken = await this.#enc(Buffer.from([0x0a, 0x7f, 1]));
    return this.padded(encodeWAMessage({ conversation: 'the second' }), {}, [broken]);
  }

  async #notMessage() {
    const items = Array.from({ length: 6000 }, (_, n) => ({ tag: 'item', attrs: { id: `ID${n}` } }));
    const list = [{ tag: 'list', attrs: {}, content: items }];
    const [what, node] = this.random.of([
      ['a receipt without a sender', { tag: 'receipt', attrs: { from: null, type: 'read' } }],
      ['a receipt of 6,000 messages', { tag: 'receipt', attrs: { type: 'read' }, content: list }],
      ['a receipt of an unknown kind', { tag: 'receipt', attrs: { type: 'x'.repeat(600) } }],
      ['a receipt whose items have no id', { tag: 'receipt', attrs: { type: 'read' }, content: [{ tag: 'list', attrs: {}, content: [{ tag: 'item', attrs: {} }] }] }],
      ['an acknowledgement of nothing', { tag: 'ack', attrs: { class: 'message', id: null, from: null, error: '400' } }],
      ['a call without a caller', { tag: 'call', attrs: { t: 'x' }, content: [{ tag: 'offer', attrs: {} }] }],
      ['a presence of nobody', { tag: 'presence', attrs: { from: null } }],
      ['a notification of nothing', { tag: 'notification', attrs: { type: 'w:gp2' } }],
      ['a tag that nobody knows', { tag: 'surprise', attrs: {} }],
    ]);
    await this.stanza(node);
    return { what, sent: {} };
  }

  #enc(data) {
    const { phone, device } = this;
    return phone.exclusive(async () => {
      const { type, ciphertext } = await phone.signal.encryptMessage({ jid: device.jid(true), data });
      return { tag: 'enc', attrs: { v: '2', type }, content: ciphertext };
    });
  }
}

/** Texts that quote texts, so deeply that no library would write them. */
function quotes(depth) {
  const parts = [Buffer.from(proto.Message.encode({ conversation: 'innermost' }).finish())];
  let size = parts[0].length;
  for (let n = 0; n < depth; ++n) {
    for (const field of [3, 17, 6]) { // quoted message, context, text
      const head = Buffer.concat([varint((field << 3) | 2), varint(size)]);
      parts.push(head);
      size += head.length;
    }
  }
  return Buffer.concat(parts.reverse());
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
