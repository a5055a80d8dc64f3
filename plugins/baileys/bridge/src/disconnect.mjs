// Why a socket ended, and what follows from it.

/** Codes after which trying again is useless until someone acts. 401 is its own case. */
const FINAL = new Map([
  [402, 'temporarily banned by WhatsApp'],
  [403, 'refused by WhatsApp: account locked or phone gone'],
  [405, 'WhatsApp does not accept this client version any more'],
  [406, 'banned by WhatsApp'],
  [409, 'WhatsApp does not accept this client'],
  [411, 'the account does not support linked devices'],
  [440, 'another connection of the same device has taken over'],
]);

/**
 * @param {Error|undefined} error baileys' Boom, or ours; `areCodesSpent`: nobody scanned one
 * @param {{refusedStatus?: number, reason?: string}} seen refusedStatus: HTTP status that answered the upgrade;
 *   reason: why we ended it ourselves
 * @returns {{kind: 'restart'|'qrEnded'|'loggedOut'|'final'|'retry', code: number, detail: string}}
 */
export function classify(error, { refusedStatus, reason } = {}) {
  if (refusedStatus) {
    return { kind: 'retry', code: refusedStatus, detail: `WhatsApp answered the upgrade with HTTP ${refusedStatus}` };
  }
  const code = error?.output?.statusCode ?? 0;
  if (reason) return { kind: 'retry', code: code || 408, detail: reason };
  if (error?.areCodesSpent) return { kind: 'qrEnded', code, detail: '' };
  if (code === 515) return { kind: 'restart', code, detail: '' };
  if (code === 401) return { kind: 'loggedOut', code, detail: 'logged out by WhatsApp or on the phone' };
  if (FINAL.has(code)) return { kind: 'final', code, detail: FINAL.get(code) };
  return { kind: 'retry', code, detail: transientText(code) };
}

function transientText(code) {
  if (code === 408) return 'no answer from WhatsApp';
  if (code === 428 || code === 0) return 'the connection was lost';
  if (code === 400) return 'the handshake with WhatsApp failed';
  if (code >= 500) return 'WhatsApp has trouble';
  return 'the connection ended';
}
