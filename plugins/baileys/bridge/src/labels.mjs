import { decodePatches, decodeSyncdSnapshot, extractSyncdPatches, newLTHashState } from 'baileys/lib/Utils/chat-utils.js';
import { S_WHATSAPP_NET } from 'baileys/lib/WABinary/index.js';
import { NotNow } from './refusal.mjs';

const COLLECTION = 'regular'; // where the phone keeps them, among other settings
const MOST_PAGES = 100;

/**
 * The labels of the account as its phone has them now, with the deleted ones. Read whole: baileys tells changes only.
 *
 * @returns {Promise<{id: string, name: string, color: number, predefinedId?: number, deleted: boolean}[]>}
 */
export async function labelsOf(context, ms) {
  try {
    const mutations = await collection(context, ms);
    return Object.values(mutations).flatMap(({ index: [type, id], syncAction }) => {
      const label = syncAction.value?.labelEditAction;
      return type === 'label_edit' && label ? [{ id, name: label.name ?? '', color: label.color ?? 0, predefinedId: label.predefinedId, deleted: label.deleted === true }] : [];
    });
  } catch (error) {
    if (error?.data?.isMissingKey) throw new NotNow('the phone has not sent the key of the account\'s settings yet: it does soon after pairing');
    throw error;
  }
}

/** The last word on each setting of the collection. */
async function collection({ sock, keys, logger }, ms) {
  const keyOf = async (id) => (await keys.get('app-state-sync-key', [id]))[id];
  const all = {};
  let state = newLTHashState();
  for (let page = 0; page < MOST_PAGES; ++page) {
    const { patches, snapshot, hasMorePatches } = await pageAfter(sock, state.version, ms);
    if (snapshot) state = take(all, await decodeSyncdSnapshot(COLLECTION, snapshot, keyOf, undefined, true, logger));
    if (patches.length > 0) state = take(all, await decodePatches(COLLECTION, patches, state, keyOf, {}, undefined, logger));
    if (!hasMorePatches) return all;
  }
  throw new Error('the settings have no end');
}

function take(all, { state, mutationMap }) {
  Object.assign(all, mutationMap);
  return state;
}

async function pageAfter(sock, version, ms) {
  const attrs = { name: COLLECTION, version: String(version), return_snapshot: String(version === 0) };
  const content = [{ tag: 'sync', attrs: {}, content: [{ tag: 'collection', attrs }] }];
  const answer = await sock.query({ tag: 'iq', attrs: { to: S_WHATSAPP_NET, xmlns: 'w:sync:app:state', type: 'set' }, content }, ms);
  return (await extractSyncdPatches(answer, {}))[COLLECTION];
}
