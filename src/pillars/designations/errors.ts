import { CodedError } from "#base";

export type DesignationErrorCode =
  | "source-unknown"
  | "format-wrong"
  | "list-empty"
  | "part-missing"
  | "date-invalid"
  | "state-unknown"
  | "state-not-held"
  | "states-differ"
  | "file-changed"
  | "file-missing"
  | "too-large"
  | "address-invalid"
  | "redirect-elsewhere"
  | "redirect-refused"
  | "fetch-failed"
  | "fetch-late"
  | "subject-unknown"
  | "subject-ambiguous"
  | "join-incomplete"
  | "not-joined"
  | "case-invalid"
  | "route-wrong"
  | "record-refused";

export class DesignationError extends CodedError<DesignationErrorCode> {
  readonly room = "designations";
}
