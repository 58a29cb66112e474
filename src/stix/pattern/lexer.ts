import { BaseError, fromBase64, parseInstant } from "#base";
import { PatternError, type PatternErrorCode, placeOf } from "./errors.ts";

type TokenKind = "word" | "string" | "binary" | "hex" | "timestamp" | "integer" | "float" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** A word or symbol as written; of a constant, what its apostrophes hold with escapes resolved. */
  readonly text: string;
  readonly offset: number;
  readonly end: number;
}

/** Words with a meaning of their own; a property of such a name is printed in apostrophes. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  "AND",
  "OR",
  "NOT",
  "FOLLOWEDBY",
  "LIKE",
  "MATCHES",
  "ISSUPERSET",
  "ISSUBSET",
  "EXISTS",
  "LAST",
  "IN",
  "START",
  "STOP",
  "SECONDS",
  "WITHIN",
  "REPEATS",
  "TIMES",
  "true",
  "false",
]);

/** White_Space=Y (§9.4) and the grammar's comments. */
const GAP = /(?:\p{White_Space}+|\/\/[^\r\n]*|\/\*[^]*?\*\/)*/uy;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y;
const SYMBOL = /==|!=|<>|<=|>=|[=<>()[\],:.*]/y;
const PLAIN = /[^'\\]+/y;
/** Beyond this many, further faults of one pattern are not listed: each costs a walk to its place. */
export const MAX_PROBLEMS = 20;
/** STIX 2.1 §2.16: RFC 3339 in UTC, with Z. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const PREFIXES: Readonly<Record<string, "binary" | "hex" | "timestamp">> = { b: "binary", h: "hex", t: "timestamp" };

/**
 * Cuts a pattern into tokens. Attacker-controlled: every expression here is anchored at its place and takes linear
 * time. A constant without a value is reported and reading goes on, so that one check names every such constant.
 *
 * @throws PatternError `pattern-syntax` where no token begins.
 */
export class Lexer {
  readonly problems: PatternError[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#at += this.#take(GAP)?.length ?? 0;
    const offset = this.#at;
    if (offset === this.#text.length) return { kind: "end", text: "", offset, end: offset };
    if (this.#text.startsWith("/*", offset))
      throw this.#error("pattern-syntax", "this comment never ends", offset, "*/");
    if (this.#text[offset] === "'") return this.#string(offset, "string");
    const word = this.#take(WORD);
    if (word !== null) {
      this.#at += word.length;
      const prefix = Object.hasOwn(PREFIXES, word) && this.#text[this.#at] === "'" ? PREFIXES[word] : undefined;
      return prefix === undefined ? { kind: "word", text: word, offset, end: this.#at } : this.#string(offset, prefix);
    }
    const number = this.#take(NUMBER);
    if (number !== null) return this.#number(number);
    const symbol = this.#take(SYMBOL);
    if (symbol === null)
      throw this.#error("pattern-syntax", `${quoted(this.#text, offset)} means nothing here`, offset);
    this.#at += symbol.length;
    return { kind: "symbol", text: symbol, offset, end: this.#at };
  }

  #take(expression: RegExp): string | null {
    expression.lastIndex = this.#at;
    return expression.exec(this.#text)?.[0] ?? null;
  }

  /** §9.2: only an apostrophe or a backslash may follow a backslash. */
  #string(offset: number, kind: "string" | "binary" | "hex" | "timestamp"): Token {
    this.#at = this.#text.indexOf("'", offset) + 1;
    const parts: string[] = [];
    for (;;) {
      const plain = this.#take(PLAIN) ?? "";
      parts.push(plain);
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === undefined)
        throw this.#error("pattern-syntax", `this ${kind} constant never ends`, offset, "a closing apostrophe (')");
      this.#at++;
      if (next === "'") break;
      const escaped = this.#text[this.#at];
      if (escaped !== "'" && escaped !== "\\") {
        throw this.#error(
          "pattern-constant",
          `a backslash may stand only before an apostrophe or a backslash, not before ${quoted(this.#text, this.#at)}`,
          this.#at - 1,
          "\\\\ or \\'",
        );
      }
      parts.push(escaped);
      this.#at++;
    }
    const text = this.#constant(kind, parts.join(""), offset);
    return { kind, text, offset, end: this.#at };
  }

  #constant(kind: "string" | "binary" | "hex" | "timestamp", text: string, offset: number): string {
    switch (kind) {
      case "string":
        return text;
      case "hex":
        if (/^[0-9a-fA-F]*$/.test(text) && text.length % 2 === 0) return text.toLowerCase();
        return this.#problem(
          text.length % 2 === 1
            ? "a hex constant has an even number of digits"
            : "a hex constant holds only 0-9 and a-f",
          offset,
          "h'ffd8'",
          "00",
        );
      case "binary": {
        // §9.2: line feeds are ignored.
        const bare = text.replaceAll(/[\r\n]/g, "");
        return isBase64(bare)
          ? bare
          : this.#problem("this is not base64 (RFC 4648, with padding)", offset, "b'dGVzdA=='", "");
      }
      case "timestamp": {
        const why = timestampProblem(text);
        return why === null ? text : this.#problem(why, offset, "t'2026-01-31T12:00:00Z'", "2000-01-01T00:00:00Z");
      }
    }
  }

  #number(text: string): Token {
    const offset = this.#at;
    this.#at += text.length;
    const end = this.#at;
    const after = this.#take(WORD);
    if (after !== null && /^[eE]$|^[eE]-|^[eE]\d/.test(after))
      throw this.#error("pattern-constant", "a number has no exponent here", offset, "digits with at most one point");
    if (text.startsWith("+"))
      throw this.#error("pattern-constant", "a positive number is written without a plus sign", offset, text.slice(1));
    if (/^-?0\d/.test(text))
      throw this.#error("pattern-constant", "a number does not begin with a superfluous zero", offset);
    if (text.endsWith("."))
      throw this.#error("pattern-constant", "digits follow the point of a number", offset, `${text}0`);
    const float = text.includes(".");
    const fits = float ? Number.isFinite(Number(text)) : Number.isSafeInteger(Number(text));
    // STIX 2.1 §2.8: −2^53+1 to 2^53−1; §2.6: IEEE 754 double.
    if (!fits)
      this.#problem(
        float ? "this number is out of range" : "an integer lies between -9007199254740991 and 9007199254740991",
        offset,
        undefined,
        "1",
      );
    return { kind: float ? "float" : "integer", text: fits ? text : float ? "1.0" : "1", offset, end };
  }

  #problem(message: string, offset: number, expected: string | undefined, instead: string): string {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push(this.#error("pattern-constant", message, offset, expected));
    return instead;
  }

  #error(code: PatternErrorCode, message: string, offset: number, expected?: string): PatternError {
    const help = { place: placeOf(this.#text, offset), found: quoted(this.#text, offset) };
    return new PatternError(code, message, expected === undefined ? help : { ...help, expected });
  }
}

function isBase64(text: string): boolean {
  try {
    fromBase64(text);
    return true;
  } catch (error) {
    if (error instanceof BaseError) return false;
    throw error;
  }
}

function timestampProblem(text: string): string | null {
  if (!TIMESTAMP.test(text)) return "a timestamp is written in UTC as YYYY-MM-DDThh:mm:ss, perhaps a fraction, and Z";
  try {
    // No more than 12 digits of fraction are read; more do not make another moment possible.
    parseInstant(text.replace(/(\.\d{12})\d+Z$/, "$1Z"));
    return null;
  } catch (error) {
    if (error instanceof BaseError) return "there is no such moment";
    throw error;
  }
}

/** The character at `offset` as a message shows it. */
function quoted(text: string, offset: number): string {
  const [character] = text.slice(offset, offset + 2);
  return character === undefined ? "the end" : JSON.stringify(character);
}
