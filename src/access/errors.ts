import { CodedError } from "#base";

export type AccessErrorCode =
  | "link-invalid"
  | "session-invalid"
  | "sign-in-refused"
  | "sign-in-locked"
  | "step-up-required"
  | "passkey-refused"
  | "ceremony-over"
  | "oidc-refused"
  | "oidc-unknown"
  | "token-invalid"
  | "token-scope"
  | "token-terms"
  | "forbidden"
  | "roles-conflict"
  | "grant-unknown"
  | "officer-exists"
  | "officer-unknown"
  | "officer-invalid"
  | "audit-unwritten"
  | "audit-checkpoint";

export class AccessError extends CodedError<AccessErrorCode> {
  readonly room = "access";
}
