// baileys 7.0.0-rc14 takes every well-formed signature for a good one: it waits for an exception where
// libsignal 6.0.0 returns false. So neither the server's certificate chain (Noise) nor the account's
// signature at pairing would be checked. `Curve` is one mutable object that all of baileys calls through.
import * as curve from 'libsignal/src/curve.js';
import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js';
import { Curve, generateSignalPubKey } from 'baileys/lib/Utils/crypto.js';

Curve.verify = (publicKey, message, signature) => {
  try {
    return curve.verifySignature(generateSignalPubKey(publicKey), message, signature) === true;
  } catch {
    return false; // a malformed key or signature
  }
};

/** Tests only: trust another root than WhatsApp's. Read by baileys at each handshake. */
export function trustNoiseRoot(hex) {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(hex, 'hex');
}
