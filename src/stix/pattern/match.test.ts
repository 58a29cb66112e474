import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#base";
import { compilePattern } from "../index.ts";
import { at, seen } from "./testing.ts";

describe("§9.5.1 and §9.5.2 over several observations", () => {
  const [A, B, C] = ["[x:k = 'a']", "[x:k = 'b']", "[x:k = 'c']"];
  const many = (count: number, kind: string, gap = 1): JsonObject[] =>
    Array.from({ length: count }, (_, index) => seen(`${kind}${index}`, kind, index * gap));
  test.each<[string, string, readonly JsonObject[], readonly string[] | null]>([
    ["one", A, [seen("1", "b"), seen("2", "a")], ["2"]],
    ["none", A, [], null],
    ["AND", `${A} AND ${B}`, [seen("1", "b"), seen("2", "a")], ["1", "2"]],
    ["AND lacks one", `${A} AND ${B}`, [seen("2", "a")], null],
    ["AND is distinct", `${A} AND ${A}`, [seen("1", "a")], null],
    ["AND of two", `${A} AND ${A}`, [seen("1", "a"), seen("2", "a")], ["1", "2"]],
    ["AND is distinct whatever number_observed", `${A} AND ${A}`, [seen("1", "a", 0, { count: 2 })], null],
    ["AND gives way", `[x:k IN ('a', 'b')] AND ${A}`, [seen("1", "a"), seen("2", "b")], ["1", "2"]],
    ["OR", `${A} OR ${B}`, [seen("1", "b")], ["1"]],
    ["OR takes the left first", `${A} OR ${B}`, [seen("1", "b"), seen("2", "a")], ["2"]],
    ["AND before OR", `${A} OR ${B} AND ${C}`, [seen("1", "c")], null],
    ["parentheses", `(${A} OR ${B}) AND ${C}`, [seen("1", "a"), seen("2", "c")], ["1", "2"]],
    ["FOLLOWEDBY", `${A} FOLLOWEDBY ${B}`, [seen("2", "b", 5), seen("1", "a", 4)], ["1", "2"]],
    ["FOLLOWEDBY at the same time", `${A} FOLLOWEDBY ${B}`, [seen("1", "b"), seen("2", "a")], ["1", "2"]],
    ["FOLLOWEDBY the wrong way", `${A} FOLLOWEDBY ${B}`, [seen("1", "b", 4), seen("2", "a", 5)], null],
    [
      "FOLLOWEDBY overlapping spans",
      `${A} FOLLOWEDBY ${B}`,
      [seen("1", "a", 0, { last: 10 }), seen("2", "b", 5, { last: 20 })],
      null,
    ],
    ["FOLLOWEDBY is distinct", `${A} FOLLOWEDBY ${A}`, [seen("1", "a")], null],
    [
      "FOLLOWEDBY chain",
      `${A} FOLLOWEDBY ${B} FOLLOWEDBY ${C}`,
      [seen("1", "a", 1), seen("2", "c", 2), seen("3", "b", 3)],
      null,
    ],
    [
      "FOLLOWEDBY a group",
      `${A} FOLLOWEDBY (${B} AND ${C})`,
      [seen("1", "a", 2), seen("2", "b", 3), seen("3", "c", 1)],
      null,
    ],
    [
      "a group FOLLOWEDBY",
      `${A} AND ${B} FOLLOWEDBY ${C}`,
      [seen("1", "a", 1), seen("2", "b", 3), seen("3", "c", 2), seen("4", "c", 4)],
      ["1", "2", "4"],
    ],
    ["WITHIN", `(${A} AND ${B}) WITHIN 5 SECONDS`, [seen("1", "a", 0), seen("2", "b", 4)], ["1", "2"]],
    ["WITHIN excludes its end", `(${A} AND ${B}) WITHIN 5 SECONDS`, [seen("1", "a", 0), seen("2", "b", 5)], null],
    ["WITHIN a fraction", `(${A} AND ${B}) WITHIN 0.5 SECONDS`, [seen("1", "a", 0), seen("2", "b", 0.499)], ["1", "2"]],
    [
      "WITHIN spans the whole",
      `(${A} AND ${B}) WITHIN 5 SECONDS`,
      [seen("1", "a", 0, { last: 1 }), seen("2", "b", 2, { last: 5 })],
      null,
    ],
    ["WITHIN of one long one", `${A} WITHIN 5 SECONDS`, [seen("1", "a", 0, { last: 9 }), seen("2", "a", 9)], ["2"]],
    [
      "WITHIN finds the right pair",
      `(${A} AND ${B}) WITHIN 5 SECONDS`,
      [seen("1", "a", 0), seen("2", "b", 50), seen("3", "a", 52)],
      ["2", "3"],
    ],
    [
      "WITHIN of the last only",
      `${A} FOLLOWEDBY ${B} WITHIN 1 SECONDS`,
      [seen("1", "a", 0), seen("2", "b", 50)],
      ["1", "2"],
    ],
    ["REPEATS", `${A} REPEATS 3 TIMES`, many(3, "a"), ["a0", "a1", "a2"]],
    ["REPEATS, too few", `${A} REPEATS 3 TIMES`, many(2, "a"), null],
    ["REPEATS, at least", `${A} REPEATS 2 TIMES`, many(3, "a"), ["a0", "a1"]],
    ["REPEATS counts number_observed", `${A} REPEATS 3 TIMES`, [seen("1", "a", 0, { count: 3 })], ["1"]],
    [
      "REPEATS adds number_observed",
      `${A} REPEATS 5 TIMES`,
      [seen("1", "a", 0, { count: 3 }), seen("2", "a", 1, { count: 2 })],
      ["1", "2"],
    ],
    [
      "REPEATS a group",
      `(${A} AND ${B}) REPEATS 2 TIMES`,
      [...many(2, "a"), ...many(2, "b")],
      ["a0", "b0", "a1", "b1"],
    ],
    ["REPEATS a group, too few", `(${A} AND ${B}) REPEATS 2 TIMES`, [...many(2, "a"), ...many(1, "b")], null],
    [
      "REPEATS a group counts the rarest",
      `(${A} AND ${B}) REPEATS 2 TIMES`,
      [seen("1", "a", 0, { count: 2 }), seen("2", "b", 0, { count: 2 })],
      ["1", "2"],
    ],
    [
      "REPEATS a group counts no more than the rarest",
      `(${A} AND ${B}) REPEATS 2 TIMES`,
      [seen("1", "a", 0, { count: 2 }), seen("2", "b", 0)],
      null,
    ],
    [
      "REPEATS a group counts no more than the rarest, whichever",
      `(${A} AND ${B}) REPEATS 2 TIMES`,
      [seen("1", "a", 0), seen("2", "b", 0, { count: 2 })],
      null,
    ],
    [
      "REPEATS a sequence",
      `(${A} FOLLOWEDBY ${B}) REPEATS 2 TIMES`,
      [seen("1", "a", 0), seen("2", "a", 3), seen("3", "b", 3), seen("4", "b", 2)],
      ["1", "4", "2", "3"],
    ],
    [
      "REPEATS of REPEATS",
      `(${A} REPEATS 2 TIMES) REPEATS 3 TIMES`,
      [seen("1", "a", 0, { count: 3 }), seen("2", "a", 1, { count: 3 })],
      ["1", "2"],
    ],
    [
      "REPEATS leaves enough for others",
      `${A} REPEATS 2 TIMES AND [x:k = 'a' AND x:k LIKE '%']`,
      many(3, "a"),
      ["a0", "a1", "a2"],
    ],
    [
      "REPEATS of the last only",
      `${A} FOLLOWEDBY ${B} REPEATS 2 TIMES`,
      [seen("1", "a", 1), seen("2", "b", 0), seen("3", "b", 2)],
      null,
    ],
    [
      "REPEATS WITHIN",
      `${A} REPEATS 3 TIMES WITHIN 3 SECONDS`,
      [seen("1", "a", 0), seen("2", "a", 10), seen("3", "a", 11), seen("4", "a", 12)],
      ["2", "3", "4"],
    ],
    ["REPEATS WITHIN, too slow", `${A} REPEATS 3 TIMES WITHIN 20 SECONDS`, many(3, "a", 10), null],
    [
      "WITHIN REPEATS is each for itself",
      `${A} WITHIN 1 SECONDS REPEATS 3 TIMES`,
      many(3, "a", 10),
      ["a0", "a1", "a2"],
    ],
    [
      "START STOP",
      `${A} START t'${at(1)}' STOP t'${at(3)}'`,
      [seen("1", "a", 0), seen("2", "a", 1), seen("3", "a", 3)],
      ["2"],
    ],
    ["STOP is excluded", `${A} START t'${at(1)}' STOP t'${at(3)}'`, [seen("1", "a", 3)], null],
    ["START STOP of the whole span", `${A} START t'${at(1)}' STOP t'${at(3)}'`, [seen("1", "a", 1, { last: 3 })], null],
    [
      "START STOP of a group",
      `(${A} FOLLOWEDBY ${B}) START t'${at(1)}' STOP t'${at(3)}'`,
      [seen("1", "a", 0), seen("2", "b", 2)],
      null,
    ],
    [
      "START STOP of one part",
      `${A} FOLLOWEDBY ${B} START t'${at(1)}' STOP t'${at(3)}'`,
      [seen("1", "a", 0), seen("2", "b", 2)],
      ["1", "2"],
    ],
    [
      "START STOP inside START STOP",
      `(${A} START t'${at(0)}' STOP t'${at(2)}') START t'${at(1)}' STOP t'${at(9)}'`,
      [seen("1", "a", 0), seen("2", "a", 5), seen("3", "a", 1)],
      ["3"],
    ],
    [
      "START STOP with REPEATS",
      `${A} START t'${at(1)}' STOP t'${at(9)}' REPEATS 2 TIMES`,
      [seen("1", "a", 0), seen("2", "a", 5), seen("3", "a", 1)],
      ["3", "2"],
    ],
    [
      "all together",
      `(${A} REPEATS 2 TIMES FOLLOWEDBY ${B}) WITHIN 10 SECONDS START t'${at(0)}' STOP t'${at(100)}'`,
      [seen("1", "a", 0), seen("2", "a", 20), seen("3", "a", 25), seen("4", "b", 29)],
      ["2", "3", "4"],
    ],
  ])("%s", (_, pattern, observed, expected) => {
    const result = compilePattern(pattern).match(observed);
    expect({ matched: result.matched, observed: result.observed }).toEqual({
      matched: expected !== null,
      observed: expected ?? [],
    });
  });
});

describe("what observations are made of", () => {
  test.each<[string, JsonObject, string]>([
    ["no times", { first_observed: "noon" }, "timestamps"],
    ["times the wrong way round", { last_observed: at(-1) }, "before"],
    ["no number", { number_observed: 0 }, "number_observed"],
    ["revoked", { revoked: true }, "revoked"],
  ])("%s", (_, change, message) => {
    expect(compilePattern("[x:k = 'a']").match([{ ...seen("1", "a"), ...change }])).toEqual({
      matched: false,
      observed: [],
      problems: [{ id: "1", message: expect.stringContaining(message) }],
    });
  });
  test("of two versions the later counts, in whichever order they come", () => {
    const versions = [
      { ...seen("1", "a"), modified: at(1) },
      { ...seen("1", "b"), modified: at(2) },
    ];
    for (const objects of [versions, versions.toReversed()]) {
      expect(compilePattern("[x:k = 'a']").match(objects).matched).toBe(false);
      expect(compilePattern("[x:k = 'b']").match(objects).matched).toBe(true);
      expect(compilePattern("[x:k = 'a'] AND [x:k = 'b']").match(objects).matched).toBe(false);
    }
  });
  test("objects that are not there are told", () => {
    const observed = {
      type: "observed-data",
      id: "o",
      first_observed: at(0),
      last_observed: at(0),
      number_observed: 1,
      object_refs: ["x--1", 7],
    };
    expect(compilePattern("[x:k = 'a']").match([observed, null, "x", { id: 5 }]).problems).toEqual([
      { id: "o", message: expect.stringContaining("2 of its object_refs") },
    ]);
  });
});

/** Every assignment of distinct observations, by brute force: what the search must agree with. */
type Tree =
  | { readonly group: Tree; readonly times: number }
  | { readonly leaf: string }
  | { readonly op: "AND" | "OR" | "FOLLOWEDBY"; readonly parts: readonly Tree[] }
  | { readonly within: number; readonly part: Tree }
  | { readonly times: number; readonly leaf: string };
const spell = (tree: Tree): string =>
  "group" in tree
    ? `(${spell(tree.group)}) REPEATS ${tree.times} TIMES`
    : "times" in tree
      ? `[x:k = '${tree.leaf}'] REPEATS ${tree.times} TIMES`
      : "leaf" in tree
        ? `[x:k = '${tree.leaf}']`
        : "op" in tree
          ? `(${tree.parts.map(spell).join(` ${tree.op} `)})`
          : `(${spell(tree.part)}) WITHIN ${tree.within} SECONDS`;
interface Point {
  readonly kind: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}
function* brute(tree: Tree, points: readonly Point[]): Generator<ReadonlySet<Point>> {
  if ("group" in tree) {
    // §9.5.1: a shorthand of AND.
    yield* brute({ op: "AND", parts: Array.from({ length: tree.times }, () => tree.group) }, points);
  } else if ("times" in tree) {
    const fit = points.filter((point) => point.kind === tree.leaf);
    for (let bits = 1; bits < 1 << fit.length; bits++) {
      const taken = fit.filter((_, index) => (bits & (1 << index)) !== 0);
      if (taken.reduce((sum, { count }) => sum + count, 0) >= tree.times) yield new Set(taken);
    }
  } else if ("leaf" in tree) {
    for (const point of points) if (point.kind === tree.leaf) yield new Set([point]);
  } else if ("within" in tree) {
    for (const set of brute(tree.part, points))
      if (Math.max(...[...set].map(({ last }) => last)) < Math.min(...[...set].map(({ first }) => first)) + tree.within)
        yield set;
  } else if (tree.op === "OR") {
    for (const part of tree.parts) yield* brute(part, points);
  } else {
    const [head, ...tail] = tree.parts;
    if (head === undefined) return;
    for (const left of brute(head, points)) {
      const end = Math.max(...[...left].map(({ last }) => last));
      const rest = points.filter((point) => !left.has(point) && (tree.op === "AND" || point.first >= end));
      if (tail.length === 0) yield left;
      else for (const right of brute({ op: tree.op, parts: tail }, rest)) yield left.union(right);
    }
  }
}

describe("the search", () => {
  const kind = fc.constantFrom("a", "b");
  const treeOf = (groups: boolean): fc.Arbitrary<Tree> =>
    fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.record({ leaf: kind }),
        fc.record({ leaf: kind, times: fc.integer({ min: 1, max: 3 }) }),
        fc.record({
          op: fc.constantFrom("AND" as const, "OR" as const, "FOLLOWEDBY" as const),
          parts: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }),
        }),
        fc.record({ within: fc.integer({ min: 1, max: 5 }), part: tie("tree") }),
        ...(groups ? [fc.record({ group: tie("tree"), times: fc.integer({ min: 1, max: 3 }) })] : []),
      ),
    })).tree;
  const pointsOf = (counts: number) =>
    fc.array(
      fc.record({
        kind,
        first: fc.nat({ max: 8 }),
        span: fc.nat({ max: 2 }),
        count: fc.integer({ min: 1, max: counts }),
      }),
      { maxLength: 6 },
    );

  test.each([
    ["with counts", treeOf(false), pointsOf(2)],
    ["with repeated groups", treeOf(true), pointsOf(1)],
  ])("finds a match exactly when trying everything finds one, and finds a real one: %s", (_, tree, points) => {
    fc.assert(
      fc.property(tree, points, (shape, list) => {
        const all: Point[] = list.map(({ span, ...point }) => ({ ...point, last: point.first + span }));
        const { matched, observed } = compilePattern(spell(shape)).match(
          all.map((point, index) => seen(String(index), point.kind, point.first, point)),
        );
        expect(matched).toBe(brute(shape, all).some(() => true));
        if (matched)
          expect(
            brute(
              shape,
              observed.map((id) => all[Number(id)] as Point),
            ).some((set) => set.size === observed.length),
          ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  const crowd = (count: number, kinds: readonly string[] = ["a"]): JsonObject[] =>
    Array.from({ length: count }, (_, index) => seen(String(index), kinds[index % kinds.length] ?? "a", index));
  const chained = (count: number, operator: string, of = "a"): string =>
    Array.from({ length: count }, () => `[x:k = '${of}']`).join(` ${operator} `);
  test.each<[string, string, JsonObject[], boolean]>([
    ["k expressions over k−1 observations", chained(12, "AND"), crowd(11), false],
    ["the same in order", chained(12, "FOLLOWEDBY"), crowd(11), false],
    [
      "the same at one time",
      chained(12, "FOLLOWEDBY"),
      crowd(11).map((one) => ({ ...one, first_observed: at(0), last_observed: at(0) })),
      false,
    ],
    ["a long chain", chained(300, "AND"), crowd(300), true],
    ["a long chain in order", chained(300, "FOLLOWEDBY"), crowd(300), true],
    ["a chain whose end is missing", `${chained(8, "FOLLOWEDBY")} FOLLOWEDBY [x:k = 'z']`, crowd(2_000), false],
    ["many repetitions", "[x:k = 'a'] REPEATS 5000 TIMES", crowd(5_000), true],
    ["one repetition too many", "[x:k = 'a'] REPEATS 5001 TIMES WITHIN 9999 SECONDS", crowd(5_000), false],
    ["repetitions just quick enough", "[x:k = 'a'] REPEATS 50 TIMES WITHIN 49.5 SECONDS", crowd(5_000), true],
    ["repetitions that are never quick enough", "[x:k = 'a'] REPEATS 50 TIMES WITHIN 49 SECONDS", crowd(5_000), false],
    ["repetitions of pairs", "([x:k = 'a'] AND [x:k = 'b']) REPEATS 100 TIMES", crowd(200, ["a", "b"]), true],
    [
      "a window that is always too small",
      "([x:k = 'a'] AND [x:k = 'b']) WITHIN 0.5 SECONDS",
      crowd(3_000, ["a", "b"]),
      false,
    ],
    [
      "windows in windows",
      "(([x:k = 'a'] AND [x:k = 'b']) WITHIN 9 SECONDS AND [x:k = 'z']) WITHIN 99 SECONDS",
      crowd(1_000, ["a", "b"]),
      false,
    ],
  ])("%s takes no long time", (_, pattern, observed, expected) => {
    const start = performance.now();
    expect(compilePattern(pattern).match(observed).matched).toBe(expected);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test("a window without hope ends the looking", () => {
    expect(
      compilePattern("[x:k = 'a'] REPEATS 5001 TIMES WITHIN 9999 SECONDS").match(crowd(5_000), { steps: 100_000 })
        .matched,
    ).toBe(false);
  });

  test("what would take too long is given up with a code", () => {
    const hard = `(${Array.from({ length: 6 }, () => "([x:k = 'a'] AND [x:k = 'b'])").join(" FOLLOWEDBY ")}) REPEATS 9 TIMES WITHIN 70 SECONDS`;
    const start = performance.now();
    expect(() => compilePattern(hard).match(crowd(120, ["a", "b"]), { steps: 200_000 })).toThrow(
      expect.objectContaining({ code: "pattern-budget" }),
    );
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
