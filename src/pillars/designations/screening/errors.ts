import { CodedError } from "#base";

export type ScreeningErrorCode =
  | "name-empty"
  | "name-too-long"
  | "name-unreadable"
  | "birth-date-invalid"
  | "list-empty"
  | "register-unknown"
  | "hit-unknown"
  | "hit-decided"
  | "same-officer";

export class ScreeningError extends CodedError<ScreeningErrorCode> {
  readonly room = "designations";
}
