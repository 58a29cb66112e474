import { concatBytes, utf8 } from "#base";
import { LedgerError } from "./errors.ts";
import { verifySignature } from "./keys.ts";
import {
  keyOf,
  noteKeyHash,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  readSignatures,
  signatureLine,
  splitNote,
} from "./note.ts";

/** C2SP tlog-cosignature, "Format": signature type 0x04, Ed25519 with a timestamp. */
const TYPE = 0x04;
const TIMESTAMP_BYTES = 8;
/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;

/** A cosigner's name and Ed25519 public key (base64 of 32 bytes). */
export type CosignatureVerifier = NoteVerifier;

/**
 * A statement that at `timestamp` the checkpoint was the largest tree, consistent with all before it, that the cosigner had
 * seen of this log.
 */
export interface Cosignature {
  readonly cosigner: string;
  /** The key that made it: a cosigner that changed its key keeps its name. */
  readonly publicKey: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** The note's signature line, with its newline. */
  readonly line: string;
}

/**
 * The name under which a party cosigns the logs of others. A key has this one name, ever: the signed message does not contain
 * the name (tlog-cosignature, "Ed25519 signed message"). The name stays when the key changes; the key's id tells them apart.
 */
export function cosignerName(party: string): string {
  return `entente/${party}`;
}

/** tlog-cosignature, "Ed25519 signed message": header line, time line, the whole note body. */
function cosignedMessage(text: string, timestamp: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

/**
 * Cosigns a checkpoint's text. Only after it was found consistent with everything seen of this log.
 * @param timestamp seconds since the epoch
 * @returns one signature line
 */
export function cosign(text: string, { name, key }: NoteSigner, timestamp: number): string {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0 || timestamp > LAST_SECOND) {
    throw new LedgerError("cosignature-time", "a cosignature's time is whole seconds since the epoch");
  }
  const time = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(timestamp));
  const signature = key.sign(cosignedMessage(text, timestamp));
  return signatureLine(name, noteKeyHash(name, key.publicKey, TYPE), concatBytes(time, signature));
}

/**
 * The cosignatures of known cosigners on a note, one for each key; those of unknown keys are passed over.
 * @throws LedgerError `note-malformed`, or `note-signature` when one of a known cosigner does not hold.
 */
export function verifiedCosignatures(note: string, cosigners: readonly CosignatureVerifier[]): Cosignature[] {
  const { text, signatures } = splitNote(note);
  return verifyAll(text, signatures, cosigners);
}

/**
 * Reads signature lines that came beside a checkpoint: a partner's or a witness's answer. Attacker-controlled.
 * @throws LedgerError `note-malformed` or `note-signature`.
 */
export function readCosignatures(
  lines: string,
  text: string,
  cosigners: readonly CosignatureVerifier[],
): Cosignature[] {
  return verifyAll(text, readSignatures(lines), cosigners);
}

function verifyAll(
  text: string,
  signatures: readonly NoteSignature[],
  cosigners: readonly CosignatureVerifier[],
): Cosignature[] {
  const found = new Map<string, Cosignature>();
  for (const signature of signatures) {
    const known = keyOf(signature, cosigners, TYPE);
    if (known === undefined) continue;
    const timestamp = verified(text, signature, known);
    const { name, publicKey } = known;
    if (!found.has(publicKey)) found.set(publicKey, { cosigner: name, publicKey, timestamp, line: signature.line });
  }
  return [...found.values()];
}

function verified(text: string, { signature }: NoteSignature, cosigner: CosignatureVerifier): number {
  const bad = new LedgerError("note-signature", `the cosignature of ${cosigner.name} does not hold`);
  if (signature.length !== TIMESTAMP_BYTES + 64) throw bad;
  const time = new DataView(signature.buffer, signature.byteOffset, TIMESTAMP_BYTES).getBigUint64(0);
  // The specification allows up to 2^63 - 1 and lets a verifier refuse the future; an instant here ends with the year 9999.
  if (time > BigInt(LAST_SECOND)) throw bad;
  const timestamp = Number(time);
  if (!verifySignature(cosigner.publicKey, cosignedMessage(text, timestamp), signature.subarray(TIMESTAMP_BYTES))) {
    throw bad;
  }
  return timestamp;
}
