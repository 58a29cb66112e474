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
  | "item-stale"
  | "facts-invalid"
  | "risk-invalid"
  | "risk-unknown"
  | "risk-state"
  | "assurance-invalid"
  | "assurance-unknown"
  | "escalation-none"
  | "hold-invalid"
  | "hold-unknown"
  | "review-invalid"
  | "redress-invalid"
  | "redress-unknown"
  | "redress-state"
  | "error-invalid"
  | "error-unknown"
  | "error-state";

export class SafeguardError extends CodedError<SafeguardErrorCode> {
  readonly room = "safeguards";
}
