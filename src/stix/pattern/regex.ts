import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { Budget } from "./budget.ts";
import { PatternError } from "./errors.ts";

/** Decides whether a text is matched somewhere. */
export type TextTest = (text: string, budget: Budget) => boolean;

/** UTF-16 units of one regular expression. */
const MAX_LENGTH = 2_000;
/** Length times repetitions: what compiling may cost at most. RE2 refuses repetitions over 1,000 itself. */
const MAX_WORK = 1_000_000;
const MAX_REPEAT = 1_000;
/** Instructions of all regular expressions of one pattern. */
const MAX_INSTRUCTIONS = 50_000;
/** A character at one instruction costs at most about 10 ns; so many are one step of the budget. */
const PER_STEP = 16;

/** What RE2 says of constructs that PCRE has and it has not. */
const UNSUPPORTED = new RegExp(
  [
    "unsupported Perl syntax",
    "invalid escape sequence",
    "nested repetition operator: `.*[+}]`",
    "invalid named capture: `\\(\\?<[=!]",
    "invalid repeat count: `\\{\\d{4}",
    "too deeply|too large",
  ].join("|"),
);
/** PCRE's verbs, `(*UTF8)`: RE2 only says that nothing stands before the `*`. */
const VERB = /\(\*[A-Z]/;

/**
 * Compiles the regular expressions of one pattern (§9.6.1, MATCHES) on RE2, whose time is linear in the text: it has no
 * back-references and no look-around, and no pattern can stall it.
 */
export class RegexCompiler {
  #instructions = 0;

  /** @throws PatternError `pattern-regex`, `pattern-regex-unsupported` or `pattern-too-large`, without a place. */
  compile(source: string): TextTest {
    if (source.length > MAX_LENGTH || workOf(source) > MAX_WORK) throw tooLarge();
    const regex = compiled(source);
    const size = regex.programSize();
    this.#instructions += size;
    if (this.#instructions > MAX_INSTRUCTIONS) throw tooLarge();
    return (text, budget) => {
      budget.charge(1 + Math.ceil((text.length * size) / PER_STEP));
      return regex.test(text);
    };
  }
}

/** DOTALL and a search, not a full match, as §9.6.1 demands. */
function compiled(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    const said = cause.message.replace(/^error parsing regexp: /, "").slice(0, 200);
    if (UNSUPPORTED.test(said) || VERB.test(source)) {
      throw new PatternError(
        "pattern-regex-unsupported",
        `this regular expression cannot run in linear time, so it is not run at all: ${said}`,
        {
          fix: "Do without back-references, look-around, atomic groups and possessive repetition.",
          cause,
        },
      );
    }
    throw new PatternError("pattern-regex", `MATCHES needs a regular expression: ${said}`, { cause });
  }
}

function workOf(source: string): number {
  let repeat = 1;
  for (const [, from = "0", to = ""] of source.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    repeat = Math.min(MAX_REPEAT, repeat * Math.max(1, Number(from), Number(to)));
  }
  return source.length * repeat;
}

function tooLarge(): PatternError {
  return new PatternError("pattern-too-large", "the regular expressions of this pattern are too large to be run", {
    fix: "Shorten them, or use fewer and smaller counted repetitions.",
  });
}

/**
 * §9.6.1, LIKE: `%` is any run of characters, `_` any one; nothing escapes them. The rest is compared as it stands.
 * Going back only to the last `%` is enough, so the time is at most text × pattern, and charged.
 */
export function likeTest(source: string): TextTest {
  const pattern = Array.from(source.normalize("NFC"));
  return (text, budget) => {
    budget.charge(1 + Math.ceil(text.length / 4));
    const characters = Array.from(text);
    let [at, p, star, resume] = [0, 0, -1, 0];
    while (at < characters.length) {
      const wanted = pattern[p];
      if (wanted === "%") {
        [star, resume] = [p++, at];
      } else if (wanted === "_" || (wanted !== undefined && wanted === characters[at])) {
        at++;
        p++;
      } else if (star !== -1) {
        budget.charge(1 + Math.ceil((at - resume) / PER_STEP));
        [p, at] = [star + 1, ++resume];
      } else {
        return false;
      }
    }
    while (pattern[p] === "%") p++;
    return p === pattern.length;
  };
}
