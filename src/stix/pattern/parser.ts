import type {
  Comparison,
  ComparisonExpression,
  Constant,
  ObjectPath,
  ObservationExpression,
  PathStep,
  Pattern,
  Qualifier,
} from "./ast.ts";
import { PatternError, type PatternErrorCode, placeOf } from "./errors.ts";
import { KEYWORDS, type Lexer, type Token } from "./lexer.ts";

export interface PatternLimits {
  /** UTF-16 units of text. Default 100,000. */
  readonly maxLength?: number;
  /** Parentheses and brackets inside each other. Default 64. */
  readonly maxDepth?: number;
  /** Comparisons, path steps, set members, observations and qualifiers together. Default 50,000. */
  readonly maxNodes?: number;
}

const EQUALITY: Readonly<Record<string, "=" | "!=">> = { "=": "=", "==": "=", "!=": "!=", "<>": "!=" };
const ORDER = new Set(["<", ">", "<=", ">="]);
const OPERATORS = "an operator (=, !=, <, >, <=, >=, IN, LIKE, MATCHES, ISSUBSET or ISSUPERSET)";
const CONSTANT = "a constant ('text', 5, 1.5, true, t'…', b'…' or h'…')";

/** Recursive descent; it goes no deeper than `maxDepth`, and a chain of one operator is a loop. */
export class Parser {
  readonly offsets = new Map<object, number>();
  readonly #text: string;
  readonly #lexer: Lexer;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  #token: Token;
  #nodes = 0;
  #depth = 0;

  constructor(text: string, lexer: Lexer, limits: PatternLimits) {
    this.#text = text;
    this.#lexer = lexer;
    this.#maxDepth = limits.maxDepth ?? 64;
    this.#maxNodes = limits.maxNodes ?? 50_000;
    this.#token = lexer.next();
  }

  pattern(): Pattern {
    const pattern = this.#followedBy();
    if (this.#token.kind !== "end")
      throw this.#unexpected(
        this.#isSymbol(")") ? "a ) closes that never opened" : null,
        "AND, OR, FOLLOWEDBY, a qualifier or the end",
      );
    return pattern;
  }

  error(code: PatternErrorCode, message: string, offset: number, expected?: string): PatternError {
    const place = placeOf(this.#text, offset);
    return new PatternError(code, message, {
      place,
      found: foundAt(this.#text, offset),
      ...(expected === undefined ? {} : { expected }),
    });
  }

  // §9.5.3: AND binds tightest, then OR, then FOLLOWEDBY.
  #followedBy(): ObservationExpression {
    return this.#chain(
      "FOLLOWEDBY",
      () => this.#observationOr(),
      (operands) => ({ kind: "followedby", operands }),
    );
  }

  #observationOr(): ObservationExpression {
    return this.#chain(
      "OR",
      () => this.#observationAnd(),
      (operands) => ({ kind: "or", operands }),
    );
  }

  #observationAnd(): ObservationExpression {
    return this.#chain(
      "AND",
      () => this.#qualified(),
      (operands) => ({ kind: "and", operands }),
    );
  }

  #chain<T extends object>(word: string, operand: () => T, join: (operands: readonly T[]) => T): T {
    const { offset } = this.#token;
    const operands = [operand()];
    while (this.#isWord(word)) {
      this.#advance();
      operands.push(operand());
    }
    const [first] = operands;
    return operands.length === 1 && first !== undefined ? first : this.#node(join(operands), offset);
  }

  #qualified(): ObservationExpression {
    const { offset } = this.#token;
    const expression = this.#observation();
    const qualifiers: Qualifier[] = [];
    for (let next = this.#qualifier(); next !== null; next = this.#qualifier()) qualifiers.push(next);
    return qualifiers.length === 0 ? expression : this.#node({ kind: "qualified", expression, qualifiers }, offset);
  }

  #observation(): ObservationExpression {
    const { offset } = this.#token;
    if (this.#isSymbol("["))
      return this.#node({ kind: "observation", comparison: this.#enclosed("]", () => this.#comparisonOr()) }, offset);
    if (this.#isSymbol("(")) return this.#enclosed(")", () => this.#followedBy());
    throw this.#unexpected(
      this.#token.kind === "end" ? "the pattern ends where an observation should stand" : null,
      "an observation: [ … ]",
    );
  }

  #enclosed<T>(close: string, inside: () => T): T {
    const { offset } = this.#token;
    if (++this.#depth > this.#maxDepth)
      throw this.error("pattern-too-large", `the pattern is nested deeper than ${this.#maxDepth} levels`, offset);
    const opener = this.#advance().text;
    const value = inside();
    if (!this.#isSymbol(close)) {
      const { line, column } = placeOf(this.#text, offset);
      throw this.#unexpected(
        null,
        close === "]"
          ? `AND, OR or ], since ${opener} opened at line ${line}, column ${column}`
          : `${close}, since ${opener} opened at line ${line}, column ${column}`,
      );
    }
    this.#advance();
    this.#depth--;
    return value;
  }

  #qualifier(): Qualifier | null {
    const { offset } = this.#token;
    if (this.#skipWord("WITHIN")) {
      const seconds = this.#constant(["integer", "float"], "a number of seconds").value;
      this.#expectWord("SECONDS");
      return this.#node<Qualifier>({ kind: "within", seconds }, offset);
    }
    if (this.#skipWord("REPEATS")) {
      const times = this.#constant(["integer"], "how many times, as an integer").value;
      this.#expectWord("TIMES");
      return this.#node<Qualifier>({ kind: "repeats", times }, offset);
    }
    if (this.#skipWord("START")) {
      const start = this.#constant(["timestamp"], "a timestamp: t'2026-01-31T12:00:00Z'").value;
      this.#expectWord("STOP");
      const stop = this.#constant(["timestamp"], "a timestamp: t'2026-01-31T12:00:00Z'").value;
      return this.#node<Qualifier>({ kind: "startstop", start, stop }, offset);
    }
    return null;
  }

  #comparisonOr(): ComparisonExpression {
    return this.#chain(
      "OR",
      () => this.#comparisonAnd(),
      (operands) => ({ kind: "or", operands }),
    );
  }

  #comparisonAnd(): ComparisonExpression {
    return this.#chain(
      "AND",
      () => this.#comparison(),
      (operands) => ({ kind: "and", operands }),
    );
  }

  #comparison(): ComparisonExpression {
    const { offset } = this.#token;
    if (this.#isSymbol("(")) return this.#enclosed(")", () => this.#comparisonOr());
    const early = this.#skipWord("NOT");
    if (this.#skipWord("EXISTS")) return this.#node({ kind: "exists", path: this.#path(), negated: early }, offset);
    if (early)
      throw this.#unexpected("NOT stands after the path, before the operator; only EXISTS has it in front", "EXISTS");
    const path = this.#path();
    const negated = this.#skipWord("NOT");
    return this.#node(this.#operation(path, negated), offset);
  }

  #operation(path: ObjectPath, negated: boolean): Comparison {
    const operator = this.#token.text;
    if (this.#token.kind === "symbol" && Object.hasOwn(EQUALITY, operator)) {
      this.#advance();
      return {
        kind: "test",
        path,
        negated,
        operator: EQUALITY[operator] ?? "=",
        value: this.#constant(null, CONSTANT),
      };
    }
    if (this.#token.kind === "symbol" && ORDER.has(operator)) {
      this.#advance();
      if (this.#isWord("true") || this.#isWord("false")) throw this.#unexpected("booleans have no order", "= or !=");
      return {
        kind: "test",
        path,
        negated,
        operator: operator as "<" | ">" | "<=" | ">=",
        value: this.#constant(null, CONSTANT),
      };
    }
    if (this.#skipWord("IN")) return { kind: "in", path, negated, values: this.#set() };
    if (
      this.#token.kind === "word" &&
      (operator === "LIKE" || operator === "MATCHES" || operator === "ISSUBSET" || operator === "ISSUPERSET")
    ) {
      this.#advance();
      return { kind: "test", path, negated, operator, value: this.#constant(["string"], "a string in apostrophes") };
    }
    throw this.#unexpected(null, OPERATORS);
  }

  #set(): Constant[] {
    if (!this.#isSymbol("(")) throw this.#unexpected(null, "( and the members of the set");
    return this.#enclosed(")", () => {
      const values: Constant[] = [];
      if (this.#isSymbol(")")) return values;
      do values.push(this.#constant(null, CONSTANT));
      while (this.#skipSymbol(","));
      return values;
    });
  }

  /** §9.7. */
  #path(): ObjectPath {
    const { offset } = this.#token;
    if (this.#token.kind !== "word") throw this.#unexpected(null, "an object path (type:property)");
    const type = this.#advance().text;
    if (!this.#isSymbol(":")) throw this.#unexpected(null, `: and a property of ${type}`);
    this.#advance();
    const steps: PathStep[] = [this.#key()];
    for (;;) {
      if (this.#skipSymbol(".")) steps.push(this.#key());
      else if (this.#isSymbol("[")) steps.push(this.#index());
      else return this.#node({ type, steps }, offset);
    }
  }

  #key(): PathStep {
    const { kind, text, offset } = this.#token;
    if (kind !== "word" && kind !== "string") throw this.#unexpected(null, "a property name");
    if (kind === "word" && text.includes("-"))
      throw this.error("pattern-syntax", "a property name with a hyphen stands in apostrophes", offset, `'${text}'`);
    this.#advance();
    return this.#node({ kind: "key", name: text }, offset);
  }

  /** §9.7.2. */
  #index(): PathStep {
    return this.#enclosed("]", () => {
      const { kind, text, offset } = this.#token;
      if (this.#skipSymbol("*")) return this.#node({ kind: "any" }, offset);
      if (kind !== "integer" || text.startsWith("-"))
        throw this.#unexpected("a list index is a whole number from 0, or *", "0, 1, … or *");
      this.#advance();
      return this.#node({ kind: "index", index: Number(text) }, offset);
    });
  }

  #constant<K extends Constant["kind"]>(kinds: readonly K[] | null, expected: string): Constant & { readonly kind: K } {
    const { offset } = this.#token;
    const constant = constantOf(this.#token);
    if (constant === null || (kinds !== null && !kinds.some((kind) => kind === constant.kind)))
      throw this.#unexpected(this.#mistaken(), expected);
    this.#advance();
    return this.#node(constant as Constant & { readonly kind: K }, offset);
  }

  #mistaken(): string | null {
    if (this.#token.kind !== "word") return null;
    if (/^(?:true|false)$/i.test(this.#token.text)) return "booleans are written true and false, in lower case";
    return `${this.#token.text} stands without apostrophes`;
  }

  #isWord(word: string): boolean {
    return this.#token.kind === "word" && this.#token.text === word;
  }

  #isSymbol(symbol: string): boolean {
    return this.#token.kind === "symbol" && this.#token.text === symbol;
  }

  #skipWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#advance();
    return true;
  }

  #skipSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#advance();
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#skipWord(word)) throw this.#unexpected(null, word);
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #node<T extends object>(node: T, offset: number): T {
    if (++this.#nodes > this.#maxNodes)
      throw this.error("pattern-too-large", `the pattern has more than ${this.#maxNodes} parts`, offset);
    this.offsets.set(node, offset);
    return node;
  }

  #unexpected(message: string | null, expected: string): PatternError {
    const { offset, kind, text } = this.#token;
    const keyword =
      kind === "word" && KEYWORDS.has(text.toUpperCase()) && !KEYWORDS.has(text)
        ? `; keywords are in capitals (${text.toUpperCase()})`
        : "";
    return this.error(
      "pattern-syntax",
      message ?? `${foundAt(this.#text, offset)} cannot stand here${keyword}`,
      offset,
      expected,
    );
  }
}

function constantOf({ kind, text }: Token): Constant | null {
  switch (kind) {
    case "string":
    case "binary":
    case "hex":
    case "timestamp":
      return { kind, value: text };
    case "integer":
    case "float":
      // Adding zero makes −0 a plain 0, which is what it equals.
      return { kind, value: Number(text) + 0 };
    case "word":
      return text === "true" || text === "false" ? { kind: "boolean", value: text === "true" } : null;
    default:
      return null;
  }
}

const SHOWN = /[A-Za-z0-9_-]{1,40}|[^]/uy;

function foundAt(text: string, offset: number): string {
  if (offset >= text.length) return "the end of the pattern";
  SHOWN.lastIndex = offset;
  return JSON.stringify(SHOWN.exec(text)?.[0] ?? text[offset]);
}
