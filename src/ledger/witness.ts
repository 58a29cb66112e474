import { equalBytes, fromUtf8, BaseError, toBase64 } from "#base";
import { type OpenCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { LedgerError } from "./errors.ts";
import { EMPTY_ROOT, verifyConsistency } from "./merkle.ts";
import { decoded, onlyKnown, openNote, splitNote } from "./note.ts";

/** C2SP tlog-witness, "add-checkpoint": a client sends at most 63 lines of proof. */
const MAX_PROOF = 63;

/** Bytes of one request: the proof, and a checkpoint with room for more than the 16 signatures that must be taken. */
export const MAX_ADD_CHECKPOINT = 128 * 1024;

export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** A log that a witness knows: its origin line, and the Ed25519 key (base64 of 32 bytes) that it trusts for it. */
export interface KnownLog {
  readonly origin: string;
  readonly key: string;
}

/**
 * What a witness answers, by tlog-witness's own HTTP codes. Only `accepted` moves its record forward. `note` and `suspect` are
 * the checkpoint with the log's own signatures alone: anyone may send, so nothing else of a request is worth keeping.
 * `suspect` may prove that the log shows two histories.
 */
export type WitnessVerdict =
  | { readonly status: 200; readonly accepted: OpenCheckpoint; readonly note: string }
  | { readonly status: 409; readonly size: number; readonly message: string; readonly suspect: string | null }
  | { readonly status: 400 | 403 | 404; readonly message: string; readonly suspect: null }
  | { readonly status: 422; readonly message: string; readonly suspect: string };

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join("")}\n${checkpoint}`;
}

/** Attacker-controlled: parse defensively. @throws LedgerError `witness-request`. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  const text = body.length > MAX_ADD_CHECKPOINT ? null : textOf(body);
  // The first empty line ends the proof: neither the old size nor a hash is an empty line.
  const end = text?.indexOf("\n\n") ?? -1;
  if (text === null || end === -1) throw malformed("an old size, a proof, an empty line, a checkpoint");
  const [old = "", ...hashes] = text.slice(0, end).split("\n");
  const size = Number(/^old (0|[1-9]\d{0,15})$/.exec(old)?.[1] ?? "NaN");
  if (!Number.isSafeInteger(size)) throw malformed("the first line is `old SIZE`");
  if (hashes.length > MAX_PROOF) throw malformed(`a proof has at most ${MAX_PROOF} lines`);
  const proof = hashes.map((line) => decoded(line, "witness-request"));
  if (proof.some((hash) => hash.length !== 32)) throw malformed("a hash is 32 bytes");
  return { oldSize: size, proof, checkpoint: text.slice(end + 2) };
}

/** The origin that a checkpoint names, before anything of it is believed. @throws LedgerError. */
export function originOf(checkpoint: string): string {
  return parseCheckpoint(splitNote(checkpoint).text).origin;
}

/**
 * Judges a request against the last checkpoint that was cosigned for its origin (`null`: none). The caller reads `last`, asks
 * this and writes what was accepted in one atomic step; otherwise two requests at once roll the record back.
 * @throws LedgerError `note-malformed` or `checkpoint-malformed`: HTTP 400.
 */
export function judgeAddCheckpoint(
  request: AddCheckpoint,
  logs: readonly KnownLog[],
  last: { readonly size: number; readonly root: Uint8Array } | null,
): WitnessVerdict {
  const origin = originOf(request.checkpoint);
  const verifiers = logs.filter((log) => log.origin === origin).map(({ key }) => ({ name: origin, publicKey: key }));
  if (verifiers.length === 0) return { status: 404, message: "this log is not known here", suspect: null };
  const text = signedText(request.checkpoint, verifiers);
  if (text === null) return { status: 403, message: "no key trusted for this log signed it", suspect: null };
  const checkpoint = parseCheckpoint(text);
  const note = onlyKnown(request.checkpoint, verifiers);
  const { oldSize, proof } = request;
  if (oldSize > checkpoint.size) {
    return { status: 400, message: "the old size is larger than the checkpoint's", suspect: null };
  }
  const { size, root } = last ?? { size: 0, root: EMPTY_ROOT };
  if (oldSize !== size) return { status: 409, size, message: "another size was cosigned last", suspect: null };
  if (checkpoint.size === size && !equalBytes(checkpoint.root, root)) {
    return { status: 409, size, message: "two roots for one size", suspect: note };
  }
  try {
    verifyConsistency(size, root, checkpoint.size, checkpoint.root, proof);
  } catch (error) {
    if (error instanceof LedgerError) return { status: 422, message: error.message, suspect: note };
    throw error;
  }
  return { status: 200, accepted: { ...checkpoint, text, cosignatures: [], signedBy: [] }, note };
}

function signedText(note: string, verifiers: readonly { name: string; publicKey: string }[]): string | null {
  try {
    return openNote(note, verifiers).text;
  } catch (error) {
    if (error instanceof LedgerError && (error.code === "note-unsigned" || error.code === "note-signature"))
      return null;
    throw error;
  }
}

function textOf(body: Uint8Array): string {
  try {
    return fromUtf8(body);
  } catch (error) {
    if (error instanceof BaseError) throw malformed("not UTF-8");
    throw error;
  }
}

function malformed(message: string): LedgerError {
  return new LedgerError("witness-request", message);
}
