import { toBase64 } from "#base";
import { type Cosignature, type CosignatureVerifier, verifiedCosignatures } from "./cosignature.ts";
import { LedgerError } from "./errors.ts";
import { decoded, type NoteVerifier, openNote } from "./note.ts";

/** C2SP tlog-checkpoint: origin, size and root of a log, to be signed as a note. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * C2SP tlog-checkpoint, "Note text": three lines, and extension lines that are passed over but must not be empty.
 * @throws LedgerError `checkpoint-malformed`.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split("\n");
  const [origin = "", size = "", root = ""] = lines;
  const hash = decoded(root, "checkpoint-malformed");
  if (
    lines.slice(0, -1).includes("") ||
    lines.at(-1) !== "" ||
    !/^(0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    hash.length !== 32
  ) {
    throw new LedgerError("checkpoint-malformed", "a checkpoint is an origin, a size and a root hash, a line each");
  }
  return { origin, size: Number(size), root: hash };
}

export interface OpenCheckpoint extends Checkpoint {
  /** The note's text: what was signed and cosigned. */
  readonly text: string;
  readonly cosignatures: readonly Cosignature[];
  /** The log's keys, of those given, that signed it. */
  readonly signedBy: readonly string[];
}

/**
 * Opens a checkpoint that `log` must have signed under the log's own name (by any of `keys`: a log that changed its key has
 * several), with what the given cosigners state of it.
 * @throws LedgerError as `openNote` and `parseCheckpoint` do; `checkpoint-origin` when it is of another log;
 *   `note-signature` when a cosignature of a known cosigner does not hold.
 */
export function openCheckpoint(
  note: string,
  log: NoteVerifier | { readonly name: string; readonly keys: readonly string[] },
  cosigners: readonly CosignatureVerifier[] = [],
): OpenCheckpoint {
  const { name } = log;
  const keys = "keys" in log ? log.keys : [log.publicKey];
  const { text, keys: signedBy } = openNote(
    note,
    keys.map((publicKey) => ({ name, publicKey })),
  );
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== name) {
    throw new LedgerError("checkpoint-origin", "the checkpoint is of another log than the one that signed it");
  }
  return { ...checkpoint, text, signedBy, cosignatures: verifiedCosignatures(note, cosigners) };
}
