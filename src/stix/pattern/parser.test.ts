import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPattern, parsePattern, PatternError, type PatternErrorCode, printPattern } from "../index.ts";
import type {
  Comparison,
  ComparisonExpression,
  Constant,
  ObjectPath,
  ObservationExpression,
  PathStep,
  Qualifier,
} from "./ast.ts";

/** The first fault as `code@offset`, or "valid". */
function verdict(text: string): string {
  try {
    parsePattern(text);
    return "valid";
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return `${error.code.replace("pattern-", "")}@${error.place?.offset ?? "-"}`;
  }
}

describe("§9.2 constants", () => {
  test.each<[string, Constant]>([
    ["'it\\'s C:\\\\x'", { kind: "string", value: "it's C:\\x" }],
    ["''", { kind: "string", value: "" }],
    ["'é 😀\n'", { kind: "string", value: "é 😀\n" }],
    ["0", { kind: "integer", value: 0 }],
    ["-0", { kind: "integer", value: 0 }],
    ["-17", { kind: "integer", value: -17 }],
    ["9007199254740991", { kind: "integer", value: Number.MAX_SAFE_INTEGER }],
    ["7.0", { kind: "float", value: 7 }],
    ["-.5", { kind: "float", value: -0.5 }],
    ["true", { kind: "boolean", value: true }],
    ["false", { kind: "boolean", value: false }],
    ["h'FFd8'", { kind: "hex", value: "ffd8" }],
    ["h''", { kind: "hex", value: "" }],
    ["b'dGVz\ndA=='", { kind: "binary", value: "dGVzdA==" }],
    ["t'2014-01-13T07:03:17Z'", { kind: "timestamp", value: "2014-01-13T07:03:17Z" }],
    ["t'2014-01-13T07:03:17.123456789012345Z'", { kind: "timestamp", value: "2014-01-13T07:03:17.123456789012345Z" }],
  ])("%s", (text, value) => {
    expect(parsePattern(`[a:b = ${text}]`)).toEqual({
      kind: "observation",
      comparison: {
        kind: "test",
        path: { type: "a", steps: [{ kind: "key", name: "b" }] },
        negated: false,
        operator: "=",
        value,
      },
    });
  });

  test.each<[string, PatternErrorCode]>([
    ["'open", "pattern-syntax"],
    ["'a\\n'", "pattern-constant"],
    ["'a\\", "pattern-constant"],
    ["+5", "pattern-constant"],
    ["007", "pattern-constant"],
    ["1.", "pattern-constant"],
    ["1e5", "pattern-constant"],
    ["1E-5", "pattern-constant"],
    ["9007199254740992", "pattern-constant"],
    [`${"9".repeat(400)}.0`, "pattern-constant"],
    ["h'abc'", "pattern-constant"],
    ["h'xy'", "pattern-constant"],
    ["b'dGVzdA'", "pattern-constant"],
    ["b'dGVzdB=='", "pattern-constant"],
    ["b'!!!!'", "pattern-constant"],
    ["t'2014-02-30T07:03:17Z'", "pattern-constant"],
    ["t'2014-01-13T24:00:00Z'", "pattern-constant"],
    ["t'2014-01-13T07:03:60Z'", "pattern-constant"],
    ["t'2014-01-13T07:03:17+01:00'", "pattern-constant"],
    ["t'2014-01-13'", "pattern-constant"],
    ["True", "pattern-syntax"],
    ["TRUE", "pattern-syntax"],
    ["x", "pattern-syntax"],
    ['"x"', "pattern-syntax"],
    ["()", "pattern-syntax"],
    ["h 'ab'", "pattern-syntax"],
  ])("%s is refused", (text, code) => {
    const { valid, errors } = checkPattern(`[a:b = ${text}]`);
    expect(valid).toBe(false);
    expect(errors[0]?.code).toBe(code);
    expect(errors[0]?.place?.offset).toBeGreaterThanOrEqual(7);
  });
});

describe("§9.5 and §9.6 the grammar", () => {
  test.each([
    "[file:hashes.'SHA-256' = 'aec0']",
    "[ipv4-addr:value='198.51.100.1/32'OR ipv4-addr:value='203.0.113.33/32']REPEATS 5 TIMES",
    "([ipv4-addr:value = '198.51.100.1/32'] FOLLOWEDBY [domain-name:value = 'example.com']) WITHIN 600 SECONDS",
    "[email-message:from_ref.value MATCHES '.+\\\\@example\\\\.com$' AND email-message:body_multipart[*].body_raw_ref.name MATCHES '^Final']",
    "[process:command_line MATCHES'^.+>-add$'] FOLLOWEDBY [process:command_line MATCHES'x'] WITHIN 300 SECONDS",
    "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
    "[network-traffic:protocols[0] = 'tcp']",
    "[(type-a:j = 'W' AND type-a:k = 'X') OR (type-b:m = 'Y' AND type-b:n = 'Z')]",
    "[(a:b = 1 OR c:d = 2) AND a:e = 3]",
    "[EXISTS windows-registry-key:values]",
    "[NOT EXISTS a:b AND a:c NOT = 1]",
    "[a:b NOT IN (1, 2.5) OR a:b IN () OR a:b NOT LIKE 'x%' OR a:b NOT MATCHES 'y']",
    "[a:b == 1 OR a:b <> 2 OR a:b != 3 OR a:b <= 4 OR a:b >= 5 OR a:b < 6 OR a:b > 7]",
    "[a:b < t'2020-01-01T00:00:00Z' OR a:b IN (h'00', b'AA==')]",
    "[ipv6-addr:value ISSUBSET '2001:db8::/32' OR network-traffic:dst_ref.value NOT ISSUPERSET '198.51.100.0/24']",
    "[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00.1Z' WITHIN .5 SECONDS REPEATS 2 TIMES",
    "([a:b = 1] WITHIN 5 SECONDS) WITHIN 9 SECONDS",
    "/* who */ [a:b = 1 // what\n] // end",
    "\u2003[\u00a0a:b\u0085=\u20281\t]\r\n",
    "[a:AND = 1 OR a:'x.y'.IN = 2]",
  ])("valid: %s", (text) => {
    expect(verdict(text)).toBe("valid");
    const pattern = parsePattern(text);
    expect(parsePattern(printPattern(pattern))).toEqual(pattern);
  });

  test.each<[string, string]>([
    ["", "syntax@0"],
    ["a:b = 1", "syntax@0"],
    ["[]", "syntax@1"],
    ["[a:b = 1", "syntax@8"],
    ["[a:b = 1]]", "syntax@9"],
    ["[a:b = 1])", "syntax@9"],
    ["([a:b = 1]", "syntax@10"],
    ["[a:b = 1] and [a:b = 1]", "syntax@10"],
    ["[a:b = 1] AND", "syntax@13"],
    ["[a:b = 1 AND]", "syntax@12"],
    ["[a:b 1]", "syntax@5"],
    ["[a:b =]", "syntax@6"],
    ["[a = 1]", "syntax@3"],
    ["[a: = 1]", "syntax@4"],
    ["[a:b. = 1]", "syntax@6"],
    ["[a:b[-1] = 1]", "syntax@5"],
    ["[a:b[x] = 1]", "syntax@5"],
    ["[a:b[1.5] = 1]", "syntax@5"],
    ["[a:b[0 = 1]", "syntax@7"],
    ["[a:b-c = 1]", "syntax@3"],
    ["[NOT a:b = 1]", "syntax@5"],
    ["[a:b NOT EXISTS]", "syntax@9"],
    ["[a:b > true]", "syntax@7"],
    ["[a:b LIKE 5]", "syntax@10"],
    ["[a:b MATCHES h'00']", "syntax@13"],
    ["[a:b IN 'x']", "syntax@8"],
    ["[a:b IN ('x',)]", "syntax@13"],
    ["[a:b = 1 ; a:b = 2]", "syntax@9"],
    ["[a:b = 1] /* x", "syntax@10"],
    ["[a:b = 1] WITHIN 5 MINUTES", "syntax@19"],
    ["[a:b = 1] WITHIN 'x' SECONDS", "syntax@17"],
    ["[a:b = 1] REPEATS 1.5 TIMES", "syntax@18"],
    ["[a:b = 1] START '2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'", "syntax@16"],
    ["WITHIN 5 SECONDS", "syntax@0"],
    ["[[a:b = 1]]", "syntax@1"],
  ])("invalid: %s", (text, expected) => {
    expect(verdict(text)).toBe(expected);
  });
});

describe("what the standard demands beyond grammar", () => {
  test.each<[string, string, string]>([
    ["§9.5 one object type under AND", "[a:b = 1 AND c:d = 2]", "meaning@13"],
    ["§9.5 one object type under AND, through OR", "[(a:b = 1 OR c:d = 2) AND e:f = 3]", "meaning@26"],
    ["§9.5.1 a kind of qualifier once", "[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "meaning@27"],
    ["§9.5.1 WITHIN positive", "[a:b = 1] WITHIN 0 SECONDS", "meaning@10"],
    ["§9.5.1 WITHIN positive, as a float", "[a:b = 1] WITHIN -.5 SECONDS", "meaning@10"],
    ["§9.5.1 REPEATS positive", "[a:b = 1] REPEATS 0 TIMES", "meaning@10"],
    [
      "§9.5.1 START before STOP",
      "[a:b = 1] START t'2020-01-01T00:00:00.10Z' STOP t'2020-01-01T00:00:00.1Z'",
      "meaning@10",
    ],
    ["§9.6.1 a set of one type", "[a:b IN ('x', 5)]", "meaning@14"],
    ["§9.6.1 ISSUBSET of an address", "[ipv4-addr:value ISSUBSET 'example.com']", "meaning@26"],
    ["§9.6.1 ISSUBSET of a CIDR block", "[ipv4-addr:value ISSUBSET '198.51.100.0/33']", "meaning@26"],
    ["§9.6.1 ISSUPERSET of the same family", "[ipv4-addr:value ISSUPERSET '2001:db8::/32']", "meaning@1"],
    ["§9.6.1 ISSUBSET on an address object", "[file:name ISSUBSET '198.51.100.0/24']", "meaning@1"],
  ])("%s", (_, text, expected) => {
    expect(verdict(text)).toBe(expected);
  });

  test("every fault is named once, in order, with place, find and expectation", () => {
    const { valid, errors } = checkPattern("[a:b = h'1' OR\n a:😀b = t'2020-13-01T00:00:00Z']");
    expect(valid).toBe(false);
    expect(errors.map(({ code, place, found }) => ({ code, place, found }))).toEqual([
      { code: "pattern-constant", place: { line: 1, column: 8, offset: 7 }, found: '"h"' },
      { code: "pattern-syntax", place: { line: 2, column: 4, offset: 18 }, found: expect.any(String) },
    ]);
    expect(checkPattern("[a:b = 1 AND c:d = h'1'] WITHIN 0 SECONDS").errors).toHaveLength(3);
    expect(checkPattern("[a:b and c:d = 1]").errors[0]).toMatchObject({
      found: '"and"',
      expected: expect.stringContaining("LIKE"),
      where: "line 1, column 6",
    });
  });

  test("MATCHES: no regular expression is a fault, one that only another engine runs is a warning", () => {
    for (const regex of ["(x", "x)", "[a", "*a", "a**", "a{2,1}", "(?<a"]) {
      expect(checkPattern(`[a:b MATCHES '${regex}']`), regex).toMatchObject({
        valid: false,
        errors: [{ code: "pattern-regex", place: { column: 14 } }],
        warnings: [],
      });
    }
    for (const regex of [
      "(a)\\\\1",
      "(?=a)",
      "(?!a)",
      "(?<=a)b",
      "(?<!a)b",
      "(?>a)",
      "a++",
      "(?R)",
      "\\\\K",
      "a{1001}",
      "a{2}{3}",
      "(*UTF8)a",
    ]) {
      expect(checkPattern(`[a:b MATCHES '${regex}']`), regex).toMatchObject({
        valid: true,
        warnings: [{ code: "pattern-regex-unsupported", place: { column: 14 } }],
      });
    }
  });
});

describe("§9.5.3 precedence", () => {
  const shape = (text: string): string => print(parsePattern(text));
  const print = (e: ObservationExpression): string =>
    e.kind === "observation"
      ? compared(e.comparison)
      : e.kind === "qualified"
        ? `${e.qualifiers.map((q) => q.kind).join("+")}(${print(e.expression)})`
        : `${e.kind}(${e.operands.map(print).join(" ")})`;
  const compared = (e: ComparisonExpression): string =>
    "operands" in e ? `${e.kind}(${e.operands.map(compared).join(" ")})` : (e.path.steps[0] as { name: string }).name;

  test.each([
    ["[t:a = 1] AND [t:b = 1] OR [t:c = 1] AND [t:d = 1]", "or(and(a b) and(c d))"],
    ["[t:a = 1] FOLLOWEDBY [t:b = 1] OR [t:c = 1] AND [t:d = 1]", "followedby(a or(b and(c d)))"],
    ["[t:a = 1] OR [t:b = 1] FOLLOWEDBY [t:c = 1]", "followedby(or(a b) c)"],
    ["([t:a = 1] FOLLOWEDBY [t:b = 1]) AND [t:c = 1]", "and(followedby(a b) c)"],
    ["[t:a = 1] FOLLOWEDBY [t:b = 1] FOLLOWEDBY [t:c = 1]", "followedby(a b c)"],
    ["[t:a = 1] FOLLOWEDBY ([t:b = 1] FOLLOWEDBY [t:c = 1])", "followedby(a followedby(b c))"],
    ["[t:a = 1] FOLLOWEDBY [t:b = 1] REPEATS 5 TIMES", "followedby(a repeats(b))"],
    ["([t:a = 1] AND [t:b = 1]) REPEATS 5 TIMES WITHIN 5 SECONDS", "repeats+within(and(a b))"],
    ["(([t:a = 1]) REPEATS 2 TIMES) WITHIN 5 SECONDS", "within(repeats(a))"],
    ["[t:a = 1 OR t:b = 1 AND t:c = 1]", "or(a and(b c))"],
    ["[t:a = 1 AND (t:b = 1 OR t:c = 1) AND t:d = 1]", "and(a or(b c) d)"],
    ["[(t:a = 1 AND t:b = 1) AND t:c = 1]", "and(and(a b) c)"],
  ])("%s is %s", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/);
const step: fc.Arbitrary<PathStep> = fc.oneof(
  fc
    .oneof(word, fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("SHA-256", "IN", "true"))
    .map((name) => ({ kind: "key" as const, name })),
  fc.nat().map((index) => ({ kind: "index" as const, index })),
  fc.constant({ kind: "any" as const }),
);
const path = (type: string): fc.Arbitrary<ObjectPath> =>
  fc
    .tuple(word, fc.array(step, { maxLength: 3 }))
    .map(([name, steps]) => ({ type, steps: [{ kind: "key", name }, ...steps] }));
const timestamp = fc
  .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());
const float = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => ({ kind: "float" as const, value: value + 0 }));
const text = fc.string({ unit: "binary", maxLength: 12 }).map((value) => ({ kind: "string" as const, value }));
const bytes = fc.uint8Array({ maxLength: 9 }).map((value) => Buffer.from(value));
const numbers = fc.oneof(
  fc.maxSafeInteger().map((value) => ({ kind: "integer" as const, value: value + 0 })),
  float,
);
const ordered: fc.Arbitrary<Constant> = fc.oneof(
  text,
  numbers,
  bytes.map((value) => ({ kind: "binary" as const, value: value.toString("base64") })),
  bytes.map((value) => ({ kind: "hex" as const, value: value.toString("hex") })),
  timestamp.map((value) => ({ kind: "timestamp" as const, value })),
);
const comparison = (type: string): fc.Arbitrary<Comparison> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("test" as const),
      path: path(type),
      negated: fc.boolean(),
      operator: fc.constantFrom("=" as const, "!=" as const, "<" as const, ">=" as const),
      value: ordered,
    }),
    fc.record({
      kind: fc.constant("test" as const),
      path: path(type),
      negated: fc.boolean(),
      operator: fc.constantFrom("LIKE" as const, "MATCHES" as const),
      value: text,
    }),
    fc.record({
      kind: fc.constant("in" as const),
      path: path(type),
      negated: fc.boolean(),
      values: fc.oneof(fc.array(text, { maxLength: 3 }), fc.array(numbers, { maxLength: 3 })),
    }),
    fc.record({ kind: fc.constant("exists" as const), path: path(type), negated: fc.boolean() }),
  );
const chain = <T, K extends string>(kinds: readonly K[], operand: fc.Arbitrary<T>) =>
  fc.record({ kind: fc.constantFrom(...kinds), operands: fc.array(operand, { minLength: 2, maxLength: 3 }) });
const inside = fc.letrec<{ expression: ComparisonExpression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison("x-type"),
    chain(["and", "or"], tie("expression")),
  ),
})).expression;
const qualifiers: fc.Arbitrary<Qualifier[]> = fc
  .tuple(
    fc.option(
      fc.double({ min: 1e-9, max: 1e12, noNaN: true }).map((seconds) => ({ kind: "within" as const, seconds })),
    ),
    fc.option(fc.integer({ min: 1, max: 1e9 }).map((times) => ({ kind: "repeats" as const, times }))),
    fc.option(
      fc
        .tuple(timestamp, timestamp)
        .filter(([a, b]) => a < b)
        .map(([start, stop]) => ({ kind: "startstop" as const, start, stop })),
    ),
  )
  .map((all) => all.filter((one) => one !== null));
const pattern = fc.letrec<{ expression: ObservationExpression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    inside.map((expression) => ({ kind: "observation" as const, comparison: expression })),
    chain(["and", "or", "followedby"], tie("expression")),
    fc.record({
      kind: fc.constant("qualified" as const),
      expression: tie("expression"),
      qualifiers: qualifiers.filter((list) => list.length > 0),
    }),
  ),
})).expression;

describe("properties", () => {
  test("what other readers could take for a keyword is printed in apostrophes", () => {
    expect(printPattern(parsePattern("[a:IN.'x' == 1 OR a:'a-b'[0].'true' <> .50]"))).toBe(
      "[a:'IN'.x = 1 OR a:'a-b'[0].'true' != 0.5]",
    );
  });
  test("what is printed reads as the same tree", () => {
    fc.assert(
      fc.property(pattern, (tree) => {
        expect(parsePattern(printPattern(tree))).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  const pieces = [
    "[",
    "]",
    "(",
    ")",
    "a:b",
    "file",
    ":",
    ".",
    "'",
    "\\",
    "''",
    "h'",
    "b'",
    "t'",
    "5",
    "-",
    ".5",
    "=",
    "<>",
    "!",
    "IN",
    "LIKE 'x'",
    "MATCHES '(a'",
    "AND",
    "OR",
    "NOT",
    "EXISTS",
    "FOLLOWEDBY",
    "WITHIN",
    "REPEATS 2 TIMES",
    "START",
    "STOP",
    "[*]",
    "/*",
    "*/",
    "//",
    "\n",
    " ",
    "😀",
    "\u0000",
    "\ud800",
  ];
  const broken = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join("")),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(" ")),
    fc.tuple(pattern, fc.nat(), fc.nat({ max: 5 }), fc.constantFrom("", ...pieces)).map(([tree, at, cut, put]) => {
      const whole = printPattern(tree);
      const from = at % whole.length;
      return whole.slice(0, from) + put + whole.slice(from + cut);
    }),
  );
  test("any text is a pattern or a fault with a place in it, never another error", () => {
    fc.assert(
      fc.property(broken, (source) => {
        const { valid, errors } = checkPattern(source);
        expect(valid).toBe(errors.length === 0);
        for (const { place } of errors) expect(place?.offset).toBeLessThanOrEqual(source.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("bounds", () => {
  test.each<[string, string, string]>([
    ["length", `[a:b = '${"x".repeat(100_000)}']`, "too-large@-"],
    ["depth of observations", `${"(".repeat(90_000)}[a:b = 1]`, "too-large@64"],
    ["depth of comparisons", `[${"(".repeat(90_000)}a:b = 1]`, "too-large@64"],
    ["parts", `[a:b IN (${"1,".repeat(49_000)}1)]`, "valid"],
    ["more parts", `[a${":b".padEnd(99_900, ".b")} = 1]`, "valid"],
    ["brackets that never close", "[".repeat(100_000), "syntax@1"],
    ["a constant that never ends", `[a:b = '${"\\'".repeat(49_000)}`, "syntax@7"],
    ["comments that never end", "/* ".repeat(30_000), "syntax@0"],
    ["comments without number", `${"/**/".repeat(12_000)}${"//\n".repeat(15_000)}[a:b = 1]`, "valid"],
    ["space without end", `${" \n".repeat(49_000)}[a:b = 1]`, "valid"],
    [
      "a fraction without end",
      `[a:b = 1] START t'2020-01-01T00:00:00.${"0".repeat(99_000)}1Z' STOP t'2020-01-01T00:00:01Z'`,
      "valid",
    ],
    ["faults without number", `[a:b IN (${"h'1',".repeat(19_000)}h'1')]`, "constant@9"],
    ["many observations", Array.from({ length: 9_000 }, () => "[a:b=1]").join("OR"), "valid"],
    ["many qualifiers", `[a:b = 1]${" REPEATS 2 TIMES".repeat(6_000)}`, "meaning@26"],
    ["a long list", `[${Array.from({ length: 10_000 }, () => "a:b=1").join(" OR ")}]`, "valid"],
  ])("%s", (_, source, expected) => {
    const start = performance.now();
    expect(verdict(source)).toBe(expected);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test("limits are the caller's to lower", () => {
    expect(() => parsePattern("[a:b = 1]", { maxLength: 8 })).toThrow(
      expect.objectContaining({ code: "pattern-too-large" }),
    );
    expect(() => parsePattern("([a:b = 1])", { maxDepth: 1 })).toThrow(
      expect.objectContaining({ code: "pattern-too-large" }),
    );
    expect(() => parsePattern("[a:b IN (1, 2, 3)]", { maxNodes: 5 })).toThrow(
      expect.objectContaining({ code: "pattern-too-large" }),
    );
  });
});
