import { assertNever } from "#base";
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
import { KEYWORDS } from "./lexer.ts";

/** Writes a pattern so that `parsePattern` gives the same tree. */
export function printPattern(pattern: Pattern): string {
  return observation(pattern);
}

/** What binds looser than its place needs parentheses; so does a chain inside its own kind, to stay a node. */
const RANK = { followedby: 0, or: 1, and: 2 } as const;
const WORD = { followedby: " FOLLOWEDBY ", or: " OR ", and: " AND " } as const;

function observation(expression: ObservationExpression): string {
  switch (expression.kind) {
    case "observation":
      return `[${comparison(expression.comparison)}]`;
    case "qualified": {
      const { kind } = expression.expression;
      const inside = observation(expression.expression);
      return [kind === "observation" ? inside : `(${inside})`, ...expression.qualifiers.map(qualifier)].join(" ");
    }
    default: {
      const rank = RANK[expression.kind];
      return expression.operands
        .map((operand) =>
          operand.kind in RANK && RANK[operand.kind as keyof typeof RANK] <= rank
            ? `(${observation(operand)})`
            : observation(operand),
        )
        .join(WORD[expression.kind]);
    }
  }
}

function comparison(expression: ComparisonExpression): string {
  switch (expression.kind) {
    case "and":
    case "or": {
      const rank = RANK[expression.kind];
      return expression.operands
        .map((operand) =>
          (operand.kind === "and" || operand.kind === "or") && RANK[operand.kind] <= rank
            ? `(${comparison(operand)})`
            : comparison(operand),
        )
        .join(WORD[expression.kind]);
    }
    default:
      return test(expression);
  }
}

function test(expression: Comparison): string {
  const not = expression.negated ? "NOT " : "";
  switch (expression.kind) {
    case "exists":
      return `${not}EXISTS ${path(expression.path)}`;
    case "in":
      return `${path(expression.path)} ${not}IN (${expression.values.map(constant).join(", ")})`;
    case "test":
      return `${path(expression.path)} ${not}${expression.operator} ${constant(expression.value)}`;
  }
}

function path({ type, steps }: ObjectPath): string {
  return `${type}:${steps.map(step).join("").slice(1)}`;
}

function step(part: PathStep): string {
  switch (part.kind) {
    case "key":
      return `.${/^[A-Za-z_][A-Za-z0-9_]*$/.test(part.name) && !KEYWORDS.has(part.name) ? part.name : text(part.name)}`;
    case "index":
      return `[${part.index}]`;
    case "any":
      return "[*]";
  }
}

function constant(value: Constant): string {
  switch (value.kind) {
    case "string":
      return text(value.value);
    case "binary":
      return `b'${value.value}'`;
    case "hex":
      return `h'${value.value}'`;
    case "timestamp":
      return `t'${value.value}'`;
    case "boolean":
    case "integer":
      return String(value.value);
    case "float": {
      const digits = decimal(value.value);
      return digits.includes(".") ? digits : `${digits}.0`;
    }
    default:
      return assertNever(value);
  }
}

function qualifier(part: Qualifier): string {
  switch (part.kind) {
    case "within":
      return `WITHIN ${decimal(part.seconds)} SECONDS`;
    case "repeats":
      return `REPEATS ${part.times} TIMES`;
    case "startstop":
      return `START t'${part.start}' STOP t'${part.stop}'`;
  }
}

function text(value: string): string {
  return `'${value.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`;
}

/** The shortest digits that give this number back, without an exponent, which the grammar does not know. */
function decimal(value: number): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${"0".repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
