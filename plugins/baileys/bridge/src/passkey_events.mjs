import { draft } from './draft.mjs';

/** @returns the event that tells of a stage of a passkey's ceremony, if one does */
export function passkeyDraft({ stage, publicKey, code, reason, expiresAtMs }) {
  const until = { expiresAtUs: expiresAtMs * 1000 };
  const expiresAt = new Date(expiresAtMs).toISOString();
  if (stage === 'required') return { ...draft('passkey.required', { publicKey, expiresAt }), ...until };
  if (stage === 'confirm') return { ...draft('passkey.confirm', { code, expiresAt }), ...until };
  return stage === 'failed' ? draft('passkey.failed', { reason }) : undefined;
}
