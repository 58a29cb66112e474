import { CodedError } from "#base";

export type CliErrorCode =
  | "officer-missing"
  | "file-unreadable"
  | "file-unwritable"
  | "folder-not-empty"
  | "channel-ambiguous"
  | "hop-unknown"
  | "not-held"
  | "record-unknown"
  | "incident-unknown"
  | "passphrase-missing"
  | "evidence-refused"
  | "option-invalid";

export class CliError extends CodedError<CliErrorCode> {
  readonly room = "cli";
}
