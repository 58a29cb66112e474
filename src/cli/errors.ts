import { CodedError } from "#base";

export type CliErrorCode =
  | "officer-missing"
  | "file-unreadable"
  | "folder-not-empty"
  | "channel-ambiguous"
  | "hop-unknown"
  | "not-held"
  | "record-unknown"
  | "passphrase-missing"
  | "evidence-refused"
  | "option-invalid";

export class CliError extends CodedError<CliErrorCode> {
  readonly room = "cli";
}
