import { concatBytes, fromBase64, toBase64, sha256, utf8, BaseError, equalBytes } from "#base";
import { LedgerError } from "./errors.ts";
import { raw32, type SigningKey, verifySignature } from "./keys.ts";

const ED25519 = new Uint8Array([0x01]);
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

/** C2SP signed-note v1: the first four bytes of SHA-256(name || 0x0A || 0x01 || public key). */
export function noteKeyHash(name: string, publicKey: string): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), ED25519, raw32(publicKey))).subarray(0, 4);
}

/** Signs a text that ends in a newline. @throws LedgerError `note-malformed` for another text or name. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  checkText(text);
  const lines = signers.map(({ name, key }) => {
    if (name === "" || /[\s+]/u.test(name)) throw new LedgerError("note-malformed", `not a key name: ${name}`);
    return `— ${name} ${toBase64(concatBytes(noteKeyHash(name, key.publicKey), key.sign(utf8(text))))}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/**
 * Opens a signed note: at least one of `verifiers` must have signed it; signatures of unknown keys are passed over; a bad
 * signature of a known key condemns the note.
 * @throws LedgerError `note-malformed`, `note-unsigned` or `note-signature`.
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): { readonly text: string; readonly signedBy: readonly string[] } {
  const at = note.lastIndexOf("\n\n");
  if (note.length > MAX_NOTE || at === -1 || !note.endsWith("\n"))
    throw new LedgerError("note-malformed", "not a signed note");
  const text = note.slice(0, at + 1);
  checkText(text);
  const lines = note.slice(at + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new LedgerError("note-malformed", "too many signatures");
  const signedBy: string[] = [];
  for (const line of lines) {
    const match = /^— (\S+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    if (match === null) throw new LedgerError("note-malformed", "a signature line has another form");
    const [, name = "", base64 = ""] = match;
    const blob = signatureBytes(base64);
    const known = verifiers.find(
      (v) => v.name === name && equalBytes(noteKeyHash(v.name, v.publicKey), blob.subarray(0, 4)),
    );
    if (known === undefined) continue;
    if (!verifySignature(known.publicKey, utf8(text), blob.subarray(4))) {
      throw new LedgerError("note-signature", `the signature of ${name} does not hold`);
    }
    signedBy.push(name);
  }
  if (signedBy.length === 0) throw new LedgerError("note-unsigned", "no key that is trusted here signed this note");
  return { text, signedBy };
}

/** C2SP tlog-checkpoint: origin, size and root of a log, to be signed as a note. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @throws LedgerError `checkpoint-malformed`. Extension lines are allowed and passed over, as the specification asks. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = ""] = text.split("\n");
  const hash = signatureBytes(root, "checkpoint-malformed");
  if (
    origin === "" ||
    !/^(0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    hash.length !== 32 ||
    !text.endsWith("\n")
  ) {
    throw new LedgerError("checkpoint-malformed", "a checkpoint is an origin, a size and a root hash, a line each");
  }
  return { origin, size: Number(size), root: hash };
}

function signatureBytes(text: string, code: "note-malformed" | "checkpoint-malformed" = "note-malformed"): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof BaseError) throw new LedgerError(code, "not canonical base64");
    throw error;
  }
}

function checkText(text: string): void {
  // eslint-disable-next-line no-control-regex -- the specification forbids control characters other than the newline
  if (!text.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(text)) {
    throw new LedgerError("note-malformed", "a note's text ends in a newline and has no control characters");
  }
}
