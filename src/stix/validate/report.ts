import type { JsonObject, JsonValue } from "#base";
import type { Finding } from "../accept.ts";
import type { TypeRegistry } from "../record-type.ts";

export interface ValidateOptions {
  /** Warnings count as errors for `valid`. */
  readonly strict?: boolean;
  /** Types declared with `defineType`: an object of such a type is also held against its schema. */
  readonly registry?: TypeRegistry;
  /** Judges the pattern of an indicator whose `pattern_type` is `stix`; paths within the pattern are put under `/pattern`. */
  readonly checkPattern?: (pattern: string) => readonly Finding[];
  /** Errors, and warnings, that are listed; the rest are counted. Default 1,000 of each. */
  readonly maxFindings?: number;
  /** Characters of text; default 8 Mi for an object. */
  readonly maxLength?: number;
}

/** What validation found. `valid` is the absence of errors; under `strict` of warnings too. */
export interface Validation {
  readonly valid: boolean;
  /** What a MUST of the standard forbids. */
  readonly errors: readonly Finding[];
  /** What a SHOULD advises against. */
  readonly warnings: readonly Finding[];
  /** Findings past the limit: counted, and not listed. */
  readonly more: number;
}

/** One check of one value. It reports to `at` and returns nothing, so that a valid value costs no allocation. */
export type Check = (value: JsonValue, at: Report) => void;
/** A rule over several properties of one object. */
export type Rule = (object: JsonObject, at: Report) => void;

const DEFAULT_MAX_FINDINGS = 1000;
const NOTHING: readonly Finding[] = Object.freeze([]);
const VALID: Validation = Object.freeze({ valid: true, errors: NOTHING, warnings: NOTHING, more: 0 });

/** The place that is being read and what was found so far. The path is written out only when something is found. */
export class Report {
  readonly options: ValidateOptions;
  readonly keys: (string | number)[] = [];
  depth = 0;
  /** The STIX object that is being read: selectors start here. */
  root: JsonObject;
  /** The deprecated observable container whose keys are the references of the objects in it (§2.13). */
  container: JsonObject | null = null;
  readonly #max: number;
  #errors: Finding[] | null = null;
  #warnings: Finding[] | null = null;
  #dropped = 0;

  constructor(root: JsonObject, options: ValidateOptions) {
    this.root = root;
    this.options = options;
    this.#max = options.maxFindings ?? DEFAULT_MAX_FINDINGS;
  }

  error(code: string, message: string, section: string, ...tail: readonly (string | number)[]): void {
    this.#errors = this.#add(this.#errors, { path: this.path(tail), code, message, section });
  }

  warning(code: string, message: string, section: string, ...tail: readonly (string | number)[]): void {
    this.#warnings = this.#add(this.#warnings, { path: this.path(tail), code, message, section });
  }

  /** The JSON Pointer (RFC 6901) of the present place. */
  path(tail: readonly (string | number)[] = []): string {
    let path = "";
    for (let index = 0; index < this.depth; index++) path += `/${escape(this.keys[index] ?? "")}`;
    for (const key of tail) path += `/${escape(key)}`;
    return path;
  }

  result(): Validation {
    if (this.#errors === null && this.#warnings === null) return VALID;
    const valid = this.#errors === null && (this.options.strict !== true || this.#warnings === null);
    return { valid, errors: this.#errors ?? NOTHING, warnings: this.#warnings ?? NOTHING, more: this.#dropped };
  }

  #add(list: Finding[] | null, finding: Finding): Finding[] {
    if (list === null) return [finding];
    if (list.length < this.#max) list.push(finding);
    else this.#dropped++;
    return list;
  }
}

const escape = (key: string | number): string =>
  typeof key === "number" ? String(key) : key.replaceAll("~", "~0").replaceAll("/", "~1");

/** A value as a message shows it: short, and never more than one line. */
export function shown(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
