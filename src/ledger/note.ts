import { BaseError, concatBytes, equalBytes, fromBase64, sha256, toBase64, utf8 } from "#base";
import { LedgerError } from "./errors.ts";
import { raw32, type SigningKey, verifySignature } from "./keys.ts";

/** C2SP signed-note, "Signature types": 0x01 signs the text itself, 0x04 is a witness's timestamped cosignature. */
export type SignatureType = 0x01 | 0x04;

const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;

export interface NoteSigner {
  readonly name: string;
  readonly key: SigningKey;
}

export interface NoteVerifier {
  readonly name: string;
  readonly publicKey: string;
}

/** One signature line, read and not yet believed. */
export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
  /** The line as it came, with its newline. */
  readonly line: string;
}

/** C2SP signed-note, "Signatures": the first four bytes of SHA-256(name || 0x0A || type || public key). */
export function noteKeyHash(name: string, publicKey: string, type: SignatureType = 0x01): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), new Uint8Array([type]), raw32(publicKey))).subarray(0, 4);
}

/**
 * C2SP signed-note, "Verifier keys": `name+hash+base64(type || key)`, the form in which outside tools take a key.
 * @throws LedgerError `note-malformed` for a name that no key may have.
 */
export function verifierKey({ name, publicKey }: NoteVerifier, type: SignatureType = 0x01): string {
  checkName(name);
  const hash = Buffer.from(noteKeyHash(name, publicKey, type)).toString("hex");
  return `${name}+${hash}+${toBase64(concatBytes(new Uint8Array([type]), raw32(publicKey)))}`;
}

/** Signs a text that ends in a newline. @throws LedgerError `note-malformed` for another text or name. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  checkText(text);
  const lines = signers.map(({ name, key }) =>
    signatureLine(name, noteKeyHash(name, key.publicKey), key.sign(utf8(text))),
  );
  return `${text}\n${lines.join("")}`;
}

export function signatureLine(name: string, keyHash: Uint8Array, signature: Uint8Array): string {
  checkName(name);
  return `— ${name} ${toBase64(concatBytes(keyHash, signature))}\n`;
}

/**
 * Takes a note apart and believes nothing of it. Attacker-controlled; parse defensively.
 * @throws LedgerError `note-malformed`.
 */
export function splitNote(note: string): { readonly text: string; readonly signatures: readonly NoteSignature[] } {
  const at = note.lastIndexOf("\n\n");
  if (note.length > MAX_NOTE || at === -1 || !note.endsWith("\n")) {
    throw new LedgerError("note-malformed", "not a signed note");
  }
  const text = note.slice(0, at + 1);
  checkText(text);
  return { text, signatures: readSignatures(note.slice(at + 2)) };
}

/** @throws LedgerError `note-malformed` unless `lines` are 1 to 100 signature lines, each ended by a newline. */
export function readSignatures(lines: string): NoteSignature[] {
  if (lines.length > MAX_NOTE || !lines.endsWith("\n")) {
    throw new LedgerError("note-malformed", "signature lines end in a newline");
  }
  const list = lines.slice(0, -1).split("\n");
  if (list.length > MAX_SIGNATURES) throw new LedgerError("note-malformed", "too many signatures");
  return list.map((line) => {
    const [, name = "", base64 = ""] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
    const blob = decoded(base64, "note-malformed");
    if (name === "" || blob.length < 5) {
      throw new LedgerError("note-malformed", "a signature line has another form");
    }
    return { name, keyHash: blob.subarray(0, 4), signature: blob.subarray(4), line: `${line}\n` };
  });
}

/** The key that a line names by both name and hash: either alone tells nothing. */
export function keyOf<Verifier extends NoteVerifier>(
  { name, keyHash }: NoteSignature,
  verifiers: readonly Verifier[],
  type: SignatureType = 0x01,
): Verifier | undefined {
  return verifiers.find((v) => v.name === name && equalBytes(noteKeyHash(v.name, v.publicKey, type), keyHash));
}

/**
 * Opens a signed note: at least one of `verifiers` must have signed it; signatures of unknown keys are passed over; a bad
 * signature of a known key condemns the note.
 * @throws LedgerError `note-malformed`, `note-unsigned` or `note-signature`.
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): { readonly text: string; readonly signedBy: readonly string[]; readonly keys: readonly string[] } {
  const { text, signatures } = splitNote(note);
  const message = utf8(text);
  const signedBy = new Set<string>();
  const keys = new Set<string>();
  for (const signature of signatures) {
    const known = keyOf(signature, verifiers);
    if (known === undefined) continue;
    if (!verifySignature(known.publicKey, message, signature.signature)) {
      throw new LedgerError("note-signature", `the signature of ${known.name} does not hold`);
    }
    signedBy.add(known.name);
    keys.add(known.publicKey);
  }
  if (signedBy.size === 0) throw new LedgerError("note-unsigned", "no key that is trusted here signed this note");
  return { text, signedBy: [...signedBy], keys: [...keys] };
}

/** The note with the signatures of `verifiers` alone: what anyone may have put beside them on the way is left out. */
export function onlyKnown(note: string, verifiers: readonly NoteVerifier[]): string {
  const { text, signatures } = splitNote(note);
  const lines = signatures.filter((signature) => keyOf(signature, verifiers) !== undefined).map(({ line }) => line);
  return `${text}\n${[...new Set(lines)].join("")}`;
}

/** @throws LedgerError `code` unless `text` is canonical base64. */
export function decoded(text: string, code: "note-malformed" | "checkpoint-malformed" | "witness-request"): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof BaseError) throw new LedgerError(code, "not canonical base64");
    throw error;
  }
}

function checkName(name: string): void {
  if (name === "" || /[\s+]/u.test(name)) throw new LedgerError("note-malformed", `not a key name: ${name}`);
}

function checkText(text: string): void {
  // eslint-disable-next-line no-control-regex -- the specification forbids control characters other than the newline
  if (!text.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()) {
    throw new LedgerError("note-malformed", "a note's text is UTF-8, ends in a newline and has no control characters");
  }
}
