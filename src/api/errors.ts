import { CodedError } from "#base";

/** Failures of the API itself. */
export class ApiError extends CodedError<
  "not-found" | "request-invalid" | "too-large" | "too-many" | "passkey-origin"
> {
  readonly room = "api";
}
