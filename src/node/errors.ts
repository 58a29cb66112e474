import { CodedError } from "#base";

export type NodeErrorCode =
  | "home-missing"
  | "home-exists"
  | "config-invalid"
  | "keys-unreadable"
  | "keys-sealed"
  | "keys-open"
  | "passphrase-wrong"
  | "passphrase-weak"
  | "backup-exists"
  | "backup-damaged"
  | "port-taken"
  | "clock-wrong";

export class NodeError extends CodedError<NodeErrorCode> {
  readonly room = "node";
}
