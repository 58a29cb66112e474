import { CodedError } from "#base";

export type SafeguardErrorCode =
  | "release-unknown"
  | "release-state"
  | "release-empty"
  | "release-invalid"
  | "release-refused"
  | "same-officer"
  | "channel-unknown"
  | "channel-inactive"
  | "basis-invalid"
  | "item-stale";

export class SafeguardError extends CodedError<SafeguardErrorCode> {
  readonly room = "safeguards";
}
