import { CodedError } from "#base";

export type IntakeErrorCode = "format-unknown";

export class IntakeError extends CodedError<IntakeErrorCode> {
  readonly room = "intake";
}
