import { CodedError, type ErrorHelp } from "#base";

/**
 * - `pattern-syntax`: the text does not follow the grammar.
 * - `pattern-constant`: a constant that is written like one but has no value (odd hex digits, no such day).
 * - `pattern-meaning`: grammatical, but a MUST of the standard is broken.
 * - `pattern-too-large`: longer, deeper or with more parts than the limits.
 * - `pattern-regex`: MATCHES holds no regular expression.
 * - `pattern-regex-unsupported`: MATCHES needs an engine that a hostile pattern could stall.
 * - `pattern-budget`: matching would take more steps than allowed.
 */
export type PatternErrorCode =
  | "pattern-syntax"
  | "pattern-constant"
  | "pattern-meaning"
  | "pattern-too-large"
  | "pattern-regex"
  | "pattern-regex-unsupported"
  | "pattern-budget";

/** A place in a pattern. */
export interface PatternPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
  /** From 0, in UTF-16 units. */
  readonly offset: number;
}

export interface PatternErrorHelp extends ErrorHelp {
  readonly place?: PatternPlace;
  /** What stands there. */
  readonly found?: string;
  /** What could stand there instead. */
  readonly expected?: string;
}

/** A pattern that cannot be read, or whose matching was given up. */
export class PatternError extends CodedError<PatternErrorCode> {
  readonly room = "stix";
  readonly place: PatternPlace | undefined;
  readonly found: string | undefined;
  readonly expected: string | undefined;

  constructor(code: PatternErrorCode, message: string, help: PatternErrorHelp = {}) {
    super(
      code,
      message,
      help.place === undefined ? help : { where: `line ${help.place.line}, column ${help.place.column}`, ...help },
    );
    this.place = help.place;
    this.found = help.found;
    this.expected = help.expected;
  }
}

const LINE_END = /\r\n|\n|\r/g;

/** Where `offset` stands in `text`. */
export function placeOf(text: string, offset: number): PatternPlace {
  let [line, lineStart] = [1, 0];
  for (const end of text.slice(0, offset).matchAll(LINE_END)) {
    line++;
    lineStart = end.index + end[0].length;
  }
  return { line, column: Array.from(text.slice(lineStart, offset)).length + 1, offset };
}
