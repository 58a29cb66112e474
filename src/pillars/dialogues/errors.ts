import { CodedError } from "#base";

export type DialogueErrorCode =
  | "dialogue-unknown"
  | "dialogue-invalid"
  | "span-mismatch"
  | "origin-mismatch"
  | "guideline-missing"
  | "guideline-fixed"
  | "not-verified"
  | "record-changed"
  | "record-closed"
  | "signature-invalid"
  | "document-unreadable";

export class DialogueError extends CodedError<DialogueErrorCode> {
  readonly room = "pillars/dialogues";
}
