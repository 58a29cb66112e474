import { CodedError } from "#base";

export type LedgerErrorCode =
  | "proof-invalid"
  | "tree-range"
  | "note-malformed"
  | "note-unsigned"
  | "note-signature"
  | "checkpoint-malformed"
  | "checkpoint-origin"
  | "cosignature-time"
  | "tile-malformed"
  | "witness-request"
  | "envelope-malformed"
  | "envelope-unsigned"
  | "envelope-type"
  | "key-malformed"
  | "key-early"
  | "key-expired"
  | "key-revoked"
  | "parcel-malformed"
  | "evidence-malformed"
  | "evidence-key"
  | "evidence-approval"
  | "evidence-channel"
  | "evidence-place"
  | "evidence-receipt"
  | "fair-key";

/** Everything here is read from outside: a malformed byte is one of these, never another error. */
export class LedgerError extends CodedError<LedgerErrorCode> {
  readonly room = "ledger";
}
