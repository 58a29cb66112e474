/** What helps a person act on a failure: where it happened and what to do next. */
export interface ErrorHelp {
  /** The place: a JSON Pointer, a file and line, a field name, a byte offset. */
  readonly where?: string;
  /** The next step, as a sentence. */
  readonly fix?: string;
  /** Further facts for a machine; never a person's data. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/**
 * The one shape of a failure. Each room has one subclass with a closed union of codes, so that a caller can
 * switch on `code` and one mapper can turn any failure into RFC 9457 problem+json.
 */
export abstract class CodedError<Code extends string = string> extends Error {
  abstract readonly room: string;
  readonly code: Code;
  readonly where: string | undefined;
  readonly fix: string | undefined;
  readonly detail: ErrorHelp["detail"];

  constructor(code: Code, message: string, help: ErrorHelp = {}) {
    super(message, help.cause === undefined ? undefined : { cause: help.cause });
    this.code = code;
    this.where = help.where;
    this.fix = help.fix;
    this.detail = help.detail;
    this.name = new.target.name;
  }
}

export type BaseErrorCode =
  | "json-syntax"
  | "json-depth"
  | "json-size"
  | "json-key"
  | "json-duplicate-key"
  | "bytes-encoding"
  | "instant";

/** Failures of bytes, text and JSON. */
export class BaseError extends CodedError<BaseErrorCode> {
  readonly room = "base";
}

/** For the default branch of a switch over a closed union: a new member fails the type check here. */
export function assertNever(value: never): never {
  throw new TypeError(`unreachable: ${String(value)}`);
}
