import type { Pattern } from "./ast.ts";
import { meaningProblems } from "./checks.ts";
import { PatternError } from "./errors.ts";
import { Lexer, MAX_PROBLEMS } from "./lexer.ts";
import { Parser, type PatternLimits } from "./parser.ts";

/** A pattern with where each part of it began, for errors that come after parsing. */
export interface ParsedPattern {
  readonly pattern: Pattern;
  readonly offsets: ReadonlyMap<object, number>;
}

/**
 * Reads a STIX 2.1 pattern (§9).
 *
 * @throws PatternError the first fault, with its place; `pattern-syntax`, `pattern-constant`, `pattern-meaning` or
 * `pattern-too-large`.
 * @example
 * parsePattern("[ipv4-addr:value = '198.51.100.7'] REPEATS 5 TIMES WITHIN 60 SECONDS");
 */
export function parsePattern(text: string, limits: PatternLimits = {}): Pattern {
  return parseWithOffsets(text, limits).pattern;
}

/** @throws PatternError as `parsePattern` does. */
export function parseWithOffsets(text: string, limits: PatternLimits = {}): ParsedPattern {
  const { parsed, errors } = inspectPattern(text, limits);
  if (parsed !== null) return parsed;
  throw errors[0] ?? new PatternError("pattern-syntax", "this is no pattern");
}

/** Reads a pattern and names every fault that can be told apart, in the order of the text (at most 20). */
export function inspectPattern(
  text: string,
  limits: PatternLimits = {},
): { readonly parsed: ParsedPattern | null; readonly errors: readonly PatternError[] } {
  const maxLength = limits.maxLength ?? 100_000;
  if (text.length > maxLength) {
    return {
      parsed: null,
      errors: [
        new PatternError("pattern-too-large", `the pattern has ${text.length} characters; the limit is ${maxLength}`, {
          fix: "Split it into several indicators.",
        }),
      ],
    };
  }
  const lexer = new Lexer(text);
  const errors: PatternError[] = [];
  try {
    const parser = new Parser(text, lexer, limits);
    const pattern = parser.pattern();
    for (const { node, message, expected } of meaningProblems(pattern).slice(0, MAX_PROBLEMS)) {
      // A faulty timestamp has been replaced, so its order says nothing.
      if (lexer.problems.length > 0 && "start" in node) continue;
      errors.push(parser.error("pattern-meaning", message, parser.offsets.get(node) ?? 0, expected));
    }
    if (lexer.problems.length + errors.length === 0) return { parsed: { pattern, offsets: parser.offsets }, errors };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    errors.push(error);
  }
  errors.push(...lexer.problems);
  return {
    parsed: null,
    errors: errors.toSorted((a, b) => (a.place?.offset ?? 0) - (b.place?.offset ?? 0)).slice(0, MAX_PROBLEMS),
  };
}
