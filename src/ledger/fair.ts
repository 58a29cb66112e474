import { createCipheriv, createDecipheriv } from "node:crypto";
import {
  canonicalJson,
  concatBytes,
  fromBase64,
  fromUtf8,
  type JsonObject,
  sha256,
  sha256Hex,
  toBase64,
  utf8,
} from "#base";
import { LedgerError } from "./errors.ts";
import { type ParcelOf, readReleaseBody, type ReleaseBody } from "./parcel.ts";

/**
 * Fair release: the recipient signs for a ciphertext before it can read it, so that it cannot read and then refuse to sign;
 * the sender has committed to the key, so that a key that opens nothing is proven against it.
 */
const DOMAIN = utf8("entente/fair-release/v1\n");
const TAG = 16;

/** Binds the key to this ciphertext: no other key, and no other ciphertext under this one, can be passed off. */
function keyCommitment(key: Uint8Array, ciphertext: Uint8Array): string {
  return sha256Hex(concatBytes(DOMAIN, key, sha256(ciphertext)));
}

/**
 * Puts a release under a fresh key (AES-256-GCM, NIST SP 800-38D; the domain is authenticated beside the text).
 * @param key 32 random bytes, never used twice
 * @param nonce 12 bytes
 */
export function sealRelease(
  gives: "release" | "correction",
  body: ReleaseBody,
  key: Uint8Array,
  nonce: Uint8Array,
): ParcelOf<"fair-offer">["body"] {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
  cipher.setAAD(DOMAIN);
  const ciphertext = concatBytes(
    cipher.update(utf8(canonicalJson(body as unknown as JsonObject))),
    cipher.final(),
    cipher.getAuthTag(),
  );
  return {
    release: body.release,
    gives,
    records: body.records.length,
    cipher: "aes-256-gcm",
    nonce: toBase64(nonce),
    ciphertext: toBase64(ciphertext),
    commitment: keyCommitment(key, ciphertext),
  };
}

/** Lower-case hex SHA-256 of an offer's ciphertext: what its recipient signs for. */
export function ciphertextHash(offer: ParcelOf<"fair-offer">["body"]): string {
  return sha256Hex(fromBase64(offer.ciphertext));
}

/**
 * Opens an offer with the key that was committed to.
 * @throws LedgerError `fair-key` for another key, or one that opens nothing; `parcel-malformed` when it opens no release.
 */
export function openRelease(offer: ParcelOf<"fair-offer">["body"], key: string): ReleaseBody {
  const [secret, ciphertext] = [fromBase64(key), fromBase64(offer.ciphertext)];
  if (secret.length !== 32 || keyCommitment(secret, ciphertext) !== offer.commitment)
    throw new LedgerError("fair-key", "the key is not the one that was committed to");
  if (ciphertext.length < TAG) throw new LedgerError("fair-key", "there is no ciphertext");
  let plain: Uint8Array;
  try {
    const decipher = createDecipheriv("aes-256-gcm", secret, fromBase64(offer.nonce), { authTagLength: TAG });
    decipher.setAAD(DOMAIN);
    decipher.setAuthTag(ciphertext.subarray(-TAG));
    plain = concatBytes(decipher.update(ciphertext.subarray(0, -TAG)), decipher.final());
  } catch (cause) {
    throw new LedgerError("fair-key", "the key that was committed to does not open the ciphertext", { cause });
  }
  const body = readReleaseBody(plain);
  if (body.release !== offer.release || body.records.length !== offer.records)
    throw new LedgerError("fair-key", "what the key opens is not what was offered");
  if (canonicalJson(body as unknown as JsonObject) !== fromUtf8(plain))
    throw new LedgerError("parcel-malformed", "what the key opens is not canonical");
  return body;
}
