import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { BaseError, concatBytes, fromBase64, fromHex, sha256Hex, toBase64 } from "#base";
import { LedgerError } from "./errors.ts";

/** RFC 8410: the DER prefixes of a raw Ed25519 key. */
const SPKI_PREFIX = fromHex("302a300506032b6570032100");
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");

/** An Ed25519 key that signs (RFC 8032). `publicKey` is base64 of 32 bytes. */
export interface SigningKey {
  readonly publicKey: string;
  sign(message: Uint8Array): Uint8Array;
}

/** Makes a key pair. The seed is the secret: base64 of 32 bytes. */
export function generateSeed(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return toBase64(new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32)));
}

/** @throws LedgerError `key-malformed` unless `seed` is base64 of 32 bytes. */
export function signingKey(seed: string): SigningKey {
  const der = Buffer.from(concatBytes(PKCS8_PREFIX, raw32(seed)));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: toBase64(new Uint8Array(spki.subarray(-32))),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** @throws LedgerError `key-malformed` unless `publicKey` is base64 of 32 bytes. */
export function verifySignature(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, publicKeyObject(publicKey), signature);
}

/** A short name for a public key: the SHA-256 of its 32 bytes, lower-case hex. */
export function keyId(publicKey: string): string {
  return sha256Hex(raw32(publicKey));
}

export function raw32(key: string): Uint8Array {
  try {
    const bytes = fromBase64(key);
    if (bytes.length === 32) return bytes;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
  }
  throw new LedgerError("key-malformed", "an Ed25519 key is 32 bytes in base64");
}

function publicKeyObject(publicKey: string): KeyObject {
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, raw32(publicKey))), format: "der", type: "spki" });
}
