import { CodedError } from "#base";

/** Failures of the API itself. */
export class ApiError extends CodedError<"not-found" | "request-invalid" | "too-large"> {
  readonly room = "api";
}
