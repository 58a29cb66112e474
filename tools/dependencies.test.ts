import { resolve } from "node:path";
import { expect, test } from "vitest";
import { allowed, packages } from "./dependencies.ts";

const root = resolve(import.meta.dirname, "..");

test("every package of the lock file bears a licence on the list", () => {
  const all = packages(root);
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(({ licence }) => !allowed(licence))).toEqual([]);
});

test.each([
  ["MIT", true],
  ["(MIT OR GPL-3.0)", true],
  ["MIT AND GPL-3.0", false],
  ["GPL-3.0-only", false],
  ["SEE LICENSE IN LICENSE", false],
  ["unknown", false],
])("%s: %s", (licence, may) => {
  expect(allowed(licence)).toBe(may);
});
