import { assertNever, BaseError, fromBase64, fromHex, isJsonObject, type JsonObject, type JsonValue } from "#base";
import { isSubset, parseAddress } from "./address.ts";
import type { Comparison, ComparisonExpression, Constant } from "./ast.ts";
import { instantKey } from "./instants.ts";
import { bytesFormat, resolvePath, type Scope } from "./path.ts";
import { likeTest, type TextTest } from "./regex.ts";

/** Decides one comparison expression for one object of an observation. */
export type ObjectTest = (object: JsonObject, scope: Scope) => boolean;

/** Makes the tests of MATCHES; a fault is told at its constant. */
export interface Regexes {
  readonly compile: (constant: Constant) => TextTest;
}

type Format = ReturnType<typeof bytesFormat>;
type ValueTest = (value: JsonValue, scope: Scope) => boolean;

/** Makes the test of what stands between square brackets. @throws PatternError from the regular expressions. */
export function compileComparison(expression: ComparisonExpression, regexes: Regexes): ObjectTest {
  switch (expression.kind) {
    case "and": {
      const tests = expression.operands.map((operand) => compileComparison(operand, regexes));
      return (object, scope) => tests.every((test) => test(object, scope));
    }
    case "or": {
      const tests = expression.operands.map((operand) => compileComparison(operand, regexes));
      return (object, scope) => tests.some((test) => test(object, scope));
    }
    default:
      return compileTest(expression, valueTest(expression, regexes));
  }
}

/**
 * §9.6: where the path leads nowhere, the comparison is false whatever its operator, NOT included. §9.7.2: with `[*]`
 * one value that fits is enough, and NOT (§9.6.1) negates the whole, so that then no value may fit. NOT EXISTS alone is
 * about absence: under the rule above it could never hold.
 */
function compileTest({ kind, path, negated }: Comparison, test: ValueTest): ObjectTest {
  return (object, scope) => {
    scope.budget.charge();
    if (object["type"] !== path.type) return false;
    const values = resolvePath(path, object, scope);
    if (kind === "exists") return values.size > 0 !== negated;
    if (values.size === 0) return false;
    return values.values().some((value) => test(value, scope)) !== negated;
  };
}

function valueTest(comparison: Comparison, regexes: Regexes): ValueTest {
  const format = bytesFormat(comparison.path);
  switch (comparison.kind) {
    case "exists":
      return () => true;
    case "in": {
      const members = comparison.values.map((value) => comparator(value, format));
      return (value, scope) => {
        scope.budget.charge(members.length * (1 + (typeof value === "string" ? value.length >> 6 : 0)));
        return members.some((compare) => compare(value) === 0);
      };
    }
    case "test":
      return operatorTest(comparison, format, regexes);
  }
}

function operatorTest(
  { operator, value: constant }: Comparison & { readonly kind: "test" },
  format: Format,
  regexes: Regexes,
): ValueTest {
  switch (operator) {
    case "LIKE":
    case "MATCHES": {
      const test = operator === "LIKE" ? likeTest(String(constant.value)) : regexes.compile(constant);
      return (value, { budget }) => {
        const text = textOf(value, format);
        return text !== null && test(text, budget);
      };
    }
    case "ISSUBSET":
    case "ISSUPERSET": {
      const set = parseAddress(String(constant.value));
      return (value) => {
        const address = typeof value === "string" ? parseAddress(value) : null;
        if (set === null || address === null) return false;
        return operator === "ISSUBSET" ? isSubset(address, set) : isSubset(set, address);
      };
    }
    default: {
      const compare = comparator(constant, format);
      return (value, { budget }) => {
        if (typeof value === "string") budget.charge(value.length >> 6);
        return holds(operator, compare(value));
      };
    }
  }
}

/** §9.6.1: incompatible types make every operator false but `!=`. */
function holds(operator: "=" | "!=" | "<" | ">" | "<=" | ">=", order: number | null): boolean {
  if (order === null) return operator === "!=";
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
    default:
      return assertNever(operator);
  }
}

/** Orders a value against a constant; null when their types cannot be compared (§9.2). */
type Comparator = (value: JsonValue) => number | null;

function comparator(constant: Constant, format: Format): Comparator {
  switch (constant.kind) {
    case "integer":
    case "float":
      return (value) => (typeof value === "number" ? value - constant.value : null);
    case "boolean":
      return (value) => (typeof value === "boolean" ? Number(value) - Number(constant.value) : null);
    case "timestamp": {
      const key = instantKey(constant.value);
      return (value) => {
        const other = format === null && typeof value === "string" ? keyOf(value) : null;
        return other === null ? null : byText(other, key);
      };
    }
    case "string": {
      if (format === null)
        return (value) => (typeof value === "string" ? compareCodePoints(value, constant.value) : null);
      // §9.6.4: against bytes the string becomes bytes, when each code point fits in one.
      return bytesComparator(octets(constant.value), format);
    }
    case "binary":
      return bytesComparator(fromBase64(constant.value), format);
    case "hex":
      return bytesComparator(fromHex(constant.value), format);
    default:
      return assertNever(constant);
  }
}

/** §9.6.3: as unsigned octets; a longer one that begins alike is greater. */
function bytesComparator(bytes: Uint8Array | null, format: Format): Comparator {
  return (value) => {
    const other = typeof value === "string" ? (format === null ? octets(value) : decode(value, format)) : null;
    return other === null || bytes === null ? null : Buffer.compare(other, bytes);
  };
}

/** The octets of a string whose code points are all below U+0100; null otherwise (§9.2). */
function octets(text: string): Uint8Array | null {
  return /[\u{100}-\u{10ffff}]/u.test(text) ? null : Buffer.from(text, "latin1");
}

function decode(text: string, format: "base64" | "hex"): Uint8Array | null {
  try {
    return format === "hex" ? fromHex(text) : fromBase64(text);
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}

/** What LIKE and MATCHES read: bytes one character each, and any other text in NFC (§9.6.1, §9.6.2). */
function textOf(value: JsonValue, format: Format): string | null {
  if (typeof value !== "string") return null;
  if (format === null) return value.normalize("NFC");
  const bytes = decode(value, format);
  return bytes === null ? null : Buffer.from(bytes).toString("latin1");
}

function keyOf(text: string): string | null {
  try {
    return instantKey(text);
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** §9.6.2: by code point and without normalisation. UTF-16 order differs where surrogates meet U+E000 and above. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
  const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  return rank(left) - rank(right);
}

/** Whether some object of the observation satisfies the test: all its paths start from that one object (§9.5). */
export function satisfies(test: ObjectTest, scope: Scope): boolean {
  return scope.objects.values().some((object) => isJsonObject(object) && test(object, scope));
}
