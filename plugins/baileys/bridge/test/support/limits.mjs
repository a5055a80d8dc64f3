// What the daemon refuses (PROTOCOL.md, "Rules of the daemon's side"). The double keeps to it, so that a test notices
// what the real one would not take.

const MIB = 1024 * 1024;
const MOST_VALUE = MIB, MOST_RECORDS = 8 * MIB, MOST_TEXTS = 16 * MIB;
const MOST_KEY = 512, MOST_CHAT = 256, MOST_DEDUPE = 512, MOST_ITEMS = 4096, MOST_DEPTH = 64;

const size = (text) => Buffer.byteLength(text);

export const takesOps = (ops) => ops.length <= MOST_ITEMS &&
  ops.every(({ key, value }) => isKey(key) && (value === null || value.length <= MOST_VALUE));

export const takesKeys = (keys) => keys.length > 0 && keys.length <= MOST_ITEMS && keys.every(isKey);

export function takesDrafts(drafts) {
  const texts = drafts.reduce((sum, { body, chat, dedupe, type }) => sum + body.length + size(chat) + size(dedupe) + size(type), 0);
  return drafts.length > 0 && drafts.length <= MOST_ITEMS && texts <= MOST_TEXTS && drafts.every(takesDraft);
}

/** The first records that fit into one answer. */
export function pageOf(records) {
  let bytes = 0;
  const end = records.findIndex(({ value }) => (bytes += value?.length ?? 0) > MOST_RECORDS);
  return end < 0 ? records : records.slice(0, end);
}

/** A `state` as the daemon takes it; it ends a bridge that says another. */
export const takesState = ({ info = {}, networkCode = 0 }) => Number.isInteger(networkCode) && Math.abs(networkCode) <= 99_999 &&
  Object.values(info).every((value) => size(value) <= 2048);

/** A header as the daemon's parser takes it: no half of a surrogate pair. */
export const isWellFormed = (header) => !/\\ud[89a-f]/.test(JSON.stringify(header));

const isKey = (key) => size(key) >= 1 && size(key) <= MOST_KEY;

function takesDraft({ chat, dedupe, body }) {
  const text = body.toString('utf8');
  return size(chat) <= MOST_CHAT && size(dedupe) <= MOST_DEDUPE && isWellFormed(JSON.parse(text)) && depthOf(text) <= MOST_DEPTH;
}

function depthOf(text) {
  let depth = 0, most = 0, quoted = false;
  for (let i = 0; i < text.length; ++i) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) ++i; // backslash
    else if (c === 0x22) quoted = !quoted;
    else if (!quoted && (c === 0x7b || c === 0x5b)) most = Math.max(most, ++depth);
    else if (!quoted && (c === 0x7d || c === 0x5d)) --depth;
  }
  return most;
}
