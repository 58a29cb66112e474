import type { JsonValue } from "#base";
import { Budget } from "./budget.ts";
import type { Constant, Pattern } from "./ast.ts";
import type { Regexes } from "./compare.ts";
import { PatternError, placeOf } from "./errors.ts";
import { type Observation, type ObservationProblem, observationsOf } from "./observations.ts";
import { MAX_PROBLEMS } from "./lexer.ts";
import { inspectPattern, type ParsedPattern, parseWithOffsets } from "./parse.ts";
import type { PatternLimits } from "./parser.ts";
import { groundOf, planOf } from "./plan.ts";
import { RegexCompiler } from "./regex.ts";
import { Search } from "./search.ts";

export interface MatchOptions {
  /** Steps that one matching may take. Default 20 million, some seconds at the very most. */
  readonly steps?: number;
}

export interface PatternMatch {
  readonly matched: boolean;
  /** The observed-data of the first match in order of time; empty when there is none. */
  readonly observed: readonly string[];
  /** Observed-data that could not be read, or that lack objects. */
  readonly problems: readonly ObservationProblem[];
}

export interface CompiledPattern {
  readonly pattern: Pattern;
  /** Matches the observed-data among `objects`, with their cyber-observables. @throws PatternError `pattern-budget`. */
  match(objects: Iterable<JsonValue>, options?: MatchOptions): PatternMatch;
  /** Matches observations already gathered by `observationsOf`. @throws PatternError `pattern-budget`. */
  matchObservations(observations: readonly Observation[], options?: MatchOptions): PatternMatch;
}

const DEFAULT_STEPS = 20_000_000;

/**
 * Makes a pattern ready to be matched, as often as wanted.
 *
 * @throws PatternError as `parsePattern` does; `pattern-regex`, `pattern-regex-unsupported`.
 * @example
 * compilePattern("[ipv4-addr:value ISSUBSET '198.51.100.0/24']").match(bundle.objects).matched;
 */
export function compilePattern(text: string, limits: PatternLimits = {}): CompiledPattern {
  const parsed = parseWithOffsets(text, limits);
  const plan = planOf(parsed.pattern, placedRegexes(text, parsed));
  const matchObservations = (
    observations: readonly Observation[],
    { steps = DEFAULT_STEPS }: MatchOptions = {},
  ): PatternMatch => {
    const budget = new Budget(steps);
    const found = new Search(groundOf(plan, observations, budget), budget).run();
    return {
      matched: found !== null,
      observed: (found ?? []).flatMap((index) => observations[index]?.id ?? []),
      problems: [],
    };
  };
  return {
    pattern: parsed.pattern,
    matchObservations,
    match: (objects, options) => {
      const { observations, problems } = observationsOf(objects);
      return { ...matchObservations(observations, options), problems };
    },
  };
}

export interface PatternCheck {
  /** Whether the standard lets the pattern stand. */
  readonly valid: boolean;
  readonly errors: readonly PatternError[];
  /** What a valid pattern asks that `compilePattern` refuses to run. */
  readonly warnings: readonly PatternError[];
  /** What was read; null where the text is no pattern. */
  readonly pattern: Pattern | null;
}

/** Names the faults of a pattern, its regular expressions included, in the order of the text (at most 20). */
export function checkPattern(text: string, limits: PatternLimits = {}): PatternCheck {
  const { parsed, errors } = inspectPattern(text, limits);
  if (parsed === null) return { valid: false, errors, warnings: [], pattern: null };
  const found: PatternError[] = [];
  const { compile } = placedRegexes(text, parsed);
  planOf(parsed.pattern, {
    compile: (constant) => {
      try {
        return compile(constant);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        if (found.length < MAX_PROBLEMS) found.push(error);
        return () => false;
      }
    },
  });
  const wrong = found.filter(({ code }) => code === "pattern-regex");
  const warnings = found.filter(({ code }) => code !== "pattern-regex");
  return { valid: wrong.length === 0, errors: wrong, warnings, pattern: parsed.pattern };
}

/** Faults of a regular expression are told at the constant that holds it. */
function placedRegexes(text: string, { offsets }: ParsedPattern): Regexes {
  const regexes = new RegexCompiler();
  return {
    compile: (constant: Constant) => {
      try {
        return regexes.compile(String(constant.value));
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        const place = placeOf(text, offsets.get(constant) ?? 0);
        throw new PatternError(error.code, error.message, {
          place,
          cause: error.cause,
          ...(error.fix === undefined ? {} : { fix: error.fix }),
        });
      }
    },
  };
}
