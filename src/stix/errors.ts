import { CodedError } from "#base";

export type StixErrorCode = "type-name" | "type-duplicate" | "extension-id" | "id";

export class StixError extends CodedError<StixErrorCode> {
  readonly room = "stix";
}
