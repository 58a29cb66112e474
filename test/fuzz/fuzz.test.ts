import { describe, expect, test } from "vitest";
import { fuzz, seedsOf } from "./fuzz.ts";
import { type Target, TARGETS } from "./targets.ts";

/** So many for each; `npm run fuzz -- --seconds 600` goes on for as long as wanted. */
const ITERATIONS = 400;

describe("hostile input", () => {
  test.each(TARGETS.map((target) => [target.name, target] as const))(
    "%s",
    async (_, target) => {
      const { finding, runs } = await fuzz(target, { seed: 20_261_124, iterations: ITERATIONS });
      expect(finding).toBe(null);
      expect(runs).toBe(ITERATIONS);
    },
    120_000,
  );

  test("the harness finds what is wrong, and finds it again by its seed", async () => {
    const broken: Target = {
      name: "broken",
      corpus: "objects",
      mutate: (input, other, random) => (TARGETS[0] as Target).mutate(input, other, random),
      run: (input) => {
        if (Buffer.from(input).includes("__proto__")) throw new TypeError("no such thing");
      },
    };
    const first = await fuzz(broken, { seed: 7, iterations: 20_000 });
    expect(first.finding?.error).toContain("no such thing");
    const again = await fuzz(broken, { seed: 7, iterations: 20_000 });
    expect([again.runs, again.finding?.input]).toEqual([first.runs, first.finding?.input]);
    expect(seedsOf(broken).length).toBeGreaterThan(3);
  });
});
