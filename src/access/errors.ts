import { CodedError } from "#base";

export type AccessErrorCode =
  | "link-invalid"
  | "session-invalid"
  | "forbidden"
  | "officer-exists"
  | "officer-unknown"
  | "officer-invalid";

export class AccessError extends CodedError<AccessErrorCode> {
  readonly room = "access";
}
