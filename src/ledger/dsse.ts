import { BaseError, concatBytes, fromBase64, isJsonObject, type JsonValue, parseJson, toBase64, utf8 } from "#base";
import { LedgerError } from "./errors.ts";
import { keyId, type SigningKey, verifySignature } from "./keys.ts";

/** The type of every parcel's payload; it is inside what is signed, so that nothing else can be taken for a parcel. */
export const PARCEL_TYPE = "application/vnd.entente.parcel+json";

/** Characters of one envelope. */
const MAX_ENVELOPE = 32 * 1024 * 1024;

/** DSSE v1, pre-authentication encoding: `DSSEv1 len(type) type len(body) body`. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}

/** Signs the exact bytes, by each key. @returns the envelope as JSON text, which is what is hashed, logged and sent. */
export function sealEnvelope(payloadType: string, payload: Uint8Array, ...keys: readonly SigningKey[]): string {
  const message = preAuthEncoding(payloadType, payload);
  return JSON.stringify({
    payload: toBase64(payload),
    payloadType,
    signatures: keys.map((key) => ({ keyid: keyId(key.publicKey), sig: toBase64(key.sign(message)) })),
  });
}

/**
 * Opens an envelope signed by one of `publicKeys`. Attacker-controlled: parsed defensively, and nothing of the payload is
 * looked at before a signature holds.
 *
 * @throws LedgerError `envelope-malformed`, `envelope-type`, or `envelope-unsigned` when no given key signed it.
 */
export function openEnvelope(
  text: string,
  payloadType: string,
  publicKeys: readonly string[],
): { readonly payload: Uint8Array; readonly signedBy: string } {
  const envelope = parse(text);
  if (!isJsonObject(envelope) || typeof envelope["payload"] !== "string" || !Array.isArray(envelope["signatures"])) {
    throw malformed("an envelope has a payload, a payloadType and signatures");
  }
  if (envelope["payloadType"] !== payloadType) {
    throw new LedgerError("envelope-type", `the envelope does not carry ${payloadType}`);
  }
  if (envelope["signatures"].length === 0 || envelope["signatures"].length > 16)
    throw malformed("an envelope has 1 to 16 signatures");
  const payload = bytes(envelope["payload"]);
  const message = preAuthEncoding(payloadType, payload);
  for (const entry of envelope["signatures"]) {
    if (!isJsonObject(entry) || typeof entry["sig"] !== "string") throw malformed("a signature has a sig");
    const signature = bytes(entry["sig"]);
    const signedBy = publicKeys.find((key) => verifySignature(key, message, signature));
    if (signedBy !== undefined) return { payload, signedBy };
  }
  throw new LedgerError("envelope-unsigned", "no key that is trusted here signed this envelope");
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text, { maxLength: MAX_ENVELOPE, maxDepth: 8 });
  } catch (error) {
    if (error instanceof BaseError) throw malformed(error.message);
    throw error;
  }
}

function bytes(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof BaseError) throw malformed("not canonical base64");
    throw error;
  }
}

function malformed(message: string): LedgerError {
  return new LedgerError("envelope-malformed", message);
}
