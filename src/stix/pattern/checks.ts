import { type Address, parseAddress } from "./address.ts";
import type {
  Comparison,
  ComparisonExpression,
  Constant,
  ObjectPath,
  ObservationExpression,
  Qualifier,
} from "./ast.ts";
import { compareInstants } from "./instants.ts";

/** A MUST of the standard that a grammatical pattern breaks; `node` says where. */
export interface MeaningProblem {
  readonly node: object;
  readonly message: string;
  readonly expected?: string;
}

/** What grammar alone does not refuse. Recursion is as deep as the parser allowed. */
export function meaningProblems(expression: ObservationExpression): MeaningProblem[] {
  switch (expression.kind) {
    case "observation":
      return [...comparisonProblems(expression.comparison), ...typeProblems(expression.comparison)];
    case "qualified":
      return [...meaningProblems(expression.expression), ...qualifierProblems(expression.qualifiers)];
    default:
      return expression.operands.flatMap(meaningProblems);
  }
}

/** §9.5.1: each kind of qualifier once for an expression, and each with a value that makes sense. */
function qualifierProblems(qualifiers: readonly Qualifier[]): MeaningProblem[] {
  const names = { within: "WITHIN", repeats: "REPEATS", startstop: "START … STOP" };
  return qualifiers.flatMap((node, index) => {
    const problems: MeaningProblem[] = [];
    if (qualifiers.slice(0, index).some((before) => before.kind === node.kind)) {
      problems.push({
        node,
        message: `${names[node.kind]} may qualify one expression only once`,
        expected: "parentheses around what the first one qualifies",
      });
    }
    if (node.kind === "within" && node.seconds <= 0)
      problems.push({ node, message: "WITHIN needs more than 0 seconds", expected: "a positive number" });
    if (node.kind === "repeats" && node.times <= 0)
      problems.push({ node, message: "REPEATS needs at least 1 time", expected: "a positive integer" });
    if (node.kind === "startstop" && compareInstants(node.start, node.stop) >= 0)
      problems.push({ node, message: "START must be before STOP", expected: "the earlier timestamp first" });
    return problems;
  });
}

/** §9.5: what AND joins must be satisfiable by one object, so both sides need a type in common. */
function typeProblems(expression: ComparisonExpression): MeaningProblem[] {
  const problems: MeaningProblem[] = [];
  const typesOf = (part: ComparisonExpression): ReadonlySet<string> => {
    switch (part.kind) {
      case "or":
        return new Set(part.operands.flatMap((operand) => [...typesOf(operand)]));
      case "and": {
        let common: ReadonlySet<string> | null = null;
        for (const operand of part.operands) {
          const types = typesOf(operand);
          const both: ReadonlySet<string> = common === null ? types : types.intersection(common);
          if (both.size === 0 && common !== null) {
            problems.push({
              node: operand,
              message: `AND inside [ ] tests one object, but none is both ${someOf(common)} and ${someOf(types)}`,
              expected: "one object type, or two observations: [ … ] AND [ … ]",
            });
            return common;
          }
          common = both;
        }
        return common ?? new Set();
      }
      default:
        return new Set([part.path.type]);
    }
  };
  typesOf(expression);
  return problems;
}

function someOf(types: ReadonlySet<string>): string {
  return [...types].slice(0, 3).join(" or ");
}

function comparisonProblems(expression: ComparisonExpression): MeaningProblem[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.operands.flatMap(comparisonProblems);
    case "in":
      return setProblems(expression.values);
    case "test":
      return addressProblems(expression);
    case "exists":
      return [];
  }
}

const FAMILIES: Readonly<Record<Constant["kind"], string>> = {
  string: "strings",
  integer: "numbers",
  float: "numbers",
  boolean: "booleans",
  binary: "bytes",
  hex: "bytes",
  timestamp: "timestamps",
};

/** §9.6.1: the members of a set are of one data type. */
function setProblems(values: readonly Constant[]): MeaningProblem[] {
  const [first] = values;
  const other = values.find((value) => first !== undefined && FAMILIES[value.kind] !== FAMILIES[first.kind]);
  return other === undefined || first === undefined
    ? []
    : [
        {
          node: other,
          message: `the members of a set are of one type; this has ${FAMILIES[first.kind]} and ${FAMILIES[other.kind]}`,
          expected: FAMILIES[first.kind],
        },
      ];
}

/** §9.6.1: a set operator speaks of the value of an address object, and of an address or block of its family. */
function addressProblems(test: Comparison & { readonly kind: "test" }): MeaningProblem[] {
  const { operator, path, value } = test;
  if ((operator !== "ISSUBSET" && operator !== "ISSUPERSET") || value.kind !== "string") return [];
  const address = parseAddress(value.value);
  if (address === null)
    return [
      {
        node: value,
        message: `${operator} needs an IPv4 or IPv6 address or CIDR block`,
        expected: "'198.51.100.0/24' or '2001:db8::/32'",
      },
    ];
  return addressPathProblem(path, operator, address);
}

function addressPathProblem(path: ObjectPath, operator: string, { family }: Address): MeaningProblem[] {
  const last = path.steps.at(-1);
  const type = `ipv${family}-addr`;
  if (last?.kind !== "key" || last.name !== "value") {
    return [
      {
        node: path,
        message: `${operator} speaks of the value of an address object`,
        expected: `${type}:value, or a path through a reference that ends in .value`,
      },
    ];
  }
  if (path.steps.length > 1 || path.type === type) return [];
  return [{ node: path, message: `${path.type}:value holds no IPv${family} address`, expected: `${type}:value` }];
}
