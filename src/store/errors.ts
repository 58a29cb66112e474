import { CodedError } from "#base";

export type StoreErrorCode =
  | "transaction-over"
  | "engine"
  | "schema-newer"
  | "bad-cursor"
  | "not-found"
  | "lease-held"
  | "read-only"
  | "place-taken"
  | "backup-elsewhere";

/** Failures of the store: never an answer to a question (a missing row is `null`, a refused append is a result). */
export class StoreError extends CodedError<StoreErrorCode> {
  readonly room = "store";
}
