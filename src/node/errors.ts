import { CodedError } from "#base";

export type NodeErrorCode =
  | "home-missing"
  | "home-exists"
  | "config-invalid"
  | "keys-unreadable"
  | "port-taken"
  | "clock-wrong";

export class NodeError extends CodedError<NodeErrorCode> {
  readonly room = "node";
}
