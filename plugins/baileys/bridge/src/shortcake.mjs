import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { Curve } from 'baileys/lib/Utils/crypto.js';
import { bytesToCrockford } from 'baileys/lib/Utils/generics.js';

const PROOF_WITHIN_MS = 5 * 60_000; // WhatsApp's patience

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const derive = (key, salt, info) => Buffer.from(hkdfSync('sha256', key, salt, info, 32));

/**
 * The cryptography of linking an account that has a passkey: what a phone and we say to each other through WhatsApp's
 * server after the passkey was shown, so that neither trusts the server. It speaks to nobody; passkey.mjs does.
 *
 * The steps are taken in order, each once: `prologue`, `continue`, `request`.
 */
export class Shortcake {
  #given;
  #handoffKey;
  #beganMs = Date.now();
  #ephemeral = Curve.generateKeyPair();
  #nonce = randomBytes(32);
  #ref;
  #shared;

  /** Takes the place of the secret that the QR code named, as soon as the exchange begins. Base64. */
  advSecretKey = randomBytes(32).toString('base64');

  /** @param given {advSecretKey (the one before), noisePublic, identityPublic, deviceType, proofMs?} */
  constructor(given) {
    this.#given = given;
    this.#handoffKey = derive(Buffer.from(given.advSecretKey, 'base64'), '', 'shortcake-passkey-handoff-v1');
  }

  /** Ours, which the phone learns when it has committed itself to its own. */
  get nonce() { return this.#nonce; }

  /** The prologue had the proof, so nobody has to compare codes. */
  isProven = false;

  /** @returns {{payload: Buffer, proof?: Buffer}} the proof, that we are who showed the QR code, has an end */
  prologue(ref) {
    this.#ref = ref;
    const identity = proto.CompanionEphemeralIdentity.encode({
      publicKey: this.#ephemeral.public, deviceType: this.#given.deviceType, ref,
    }).finish();
    const payload = Buffer.from(proto.ProloguePayload.encode({
      companionEphemeralIdentity: identity, commitment: { hash: sha256(identity, this.#nonce) },
    }).finish());
    if (Date.now() - this.#beganMs >= (this.#given.proofMs ?? PROOF_WITHIN_MS)) return { payload };
    this.isProven = true;
    return { payload, proof: createHmac('sha256', this.#handoffKey).update(payload).digest() };
  }

  /** @param {Uint8Array} bytes the phone's half. @returns {string} the code, "XXXX-XXXX". Throws: it is no such thing */
  continue(bytes) {
    const { publicKey, nonce } = proto.PrimaryEphemeralIdentity.decode(bytes);
    if (publicKey?.length !== 32 || nonce?.length !== 32) throw new Error('the phone sent no key or no nonce');
    this.#shared = Curve.sharedKey(this.#ephemeral.private, publicKey);
    return codeOf(nonce, sha256(this.#nonce, publicKey));
  }

  /** @returns {Buffer} what the phone links, readable by it alone */
  request() {
    const { noisePublic, identityPublic, deviceType } = this.#given;
    const key = derive(this.#shared, `Companion Pairing ${deviceType} with ref ${this.#ref}`, 'Pairing Information Encryption Key');
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const plain = proto.PairingRequest.encode({
      companionPublicKey: noisePublic, companionIdentityKey: identityPublic, advSecret: Buffer.from(this.advSecretKey, 'base64'),
    }).finish();
    const encryptedPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return Buffer.from(proto.EncryptedPairingRequest.encode({ encryptedPayload, iv }).finish());
  }
}

/** What people compare: forty bits, five to a letter. */
function codeOf(nonce, hash) {
  const letters = bytesToCrockford(Buffer.from(nonce.subarray(0, 5).map((byte, i) => byte ^ hash[i])));
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
