import { extractGroupMetadata } from 'baileys/lib/Socket/groups.js';
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/index.js';
import { groupInfo } from '../groups.mjs';
import { patience } from '../patience.mjs';

/**
 * {getParticipants?}.
 *
 * Asked as baileys asks, which would tell everybody that all of these groups had changed.
 */
export default async function fetchAllGroups({ sock, groups }, command) {
  const content = [{ tag: 'participating', attrs: {}, content: [{ tag: 'participants', attrs: {} }, { tag: 'description', attrs: {} }] }];
  const answer = await sock.query({ tag: 'iq', attrs: { to: '@g.us', xmlns: 'w:g2', type: 'get' }, content }, patience(command));
  const nodes = getBinaryNodeChildren(getBinaryNodeChild(answer, 'groups'), 'group');
  const all = nodes.map((group) => extractGroupMetadata({ tag: 'result', attrs: {}, content: [group] }));
  all.forEach((group) => groups.put(group));
  return { result: all.map(groupInfo).map(command.body.getParticipants ? (one) => one : withoutPeople) };
}

const withoutPeople = ({ participants, ...group }) => group;
