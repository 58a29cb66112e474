import { createReadStream, existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "#base";
import { validateStream } from "./stream.ts";
import { changed, judge, valid } from "./testing.ts";
import { validateObject, validateText } from "./validate.ts";

type Places = readonly (string | number)[];
const places = (value: JsonValue, at: Places = []): Places[] => [
  at,
  ...(value !== null && typeof value === "object"
    ? Object.entries(value).flatMap(([key, item]) => places(item, [...at, Array.isArray(value) ? Number(key) : key]))
    : []),
];

function put(value: JsonValue, [key, ...rest]: Places, item: JsonValue): JsonValue {
  if (key === undefined) return item;
  if (Array.isArray(value)) return value.map((old, index) => (index === key ? put(old, rest, item) : old));
  if (value === null || typeof value !== "object") return item;
  return Object.fromEntries(
    Object.entries(value).map(([name, old]) => [name, name === key ? put(old, rest, item) : old]),
  );
}

describe("whatever comes in", () => {
  const nasty = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>,
    fc.constantFrom<JsonValue>(
      null,
      [],
      {},
      "",
      "\ud800",
      -0,
      1e308,
      "2025-01-01T00:00:00Z",
      "identity--",
      "constructor",
      { constructor: 1, toString: [] },
    ),
    fc.integer({ min: 1, max: 50_000 }).map((length) => "a.".repeat(length)),
    fc.integer({ min: 1, max: 50_000 }).map((length) => "-".repeat(length)),
  );
  test("a change at any place never throws, and takes no time", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(valid)), fc.nat(), nasty, (object, seed, item) => {
        const all = places(object);
        const value = put(object, all[seed % all.length] ?? [], item);
        const started = performance.now();
        const { valid: holds, errors, warnings } = validateObject(value);
        expect(performance.now() - started).toBeLessThan(250);
        expect(holds).toBe(errors.length === 0);
        for (const { path, code, message, section } of [...errors, ...warnings]) {
          expect(path === "" || path.startsWith("/")).toBe(true);
          expect([code, message, section].every((text) => typeof text === "string" && text !== "")).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
  test("any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => void validateText(text)),
      { numRuns: 500 },
    );
  });

  test.each([
    ["an e-mail address", "email-addr", `"${"\\a".repeat(40_000)}`],
    ["a domain name", "domain-name", `${"a".repeat(100_000)}!`],
    ["a URL", "url", `https://${"a%20".repeat(50_000)} `],
    ["an IPv6 address", "ipv6-addr", ":".repeat(100_000)],
  ])("%s that would make a careless expression stall", (_, type, value) => {
    const started = performance.now();
    expect(judge(changed(type, { value })).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

test("a whole ATT&CK bundle, where it is at hand: only what is wrong in it", async () => {
  const file = new URL("../../../../shared/data/attack-ics-18.1/ics-attack-18.1.json", import.meta.url);
  const { errors, objects } = await validateStream(existsSync(file) ? createReadStream(file) : one());
  // Its custom properties hold empty lists, which §2.12 forbids everywhere.
  expect(new Set(errors.map(({ code, path }) => `${code} ${path.replaceAll(/\d+/g, "N")}`))).toEqual(
    new Set(existsSync(file) ? ["empty-list /objects/N/x_mitre_related_assets/N/related_asset_sectors"] : []),
  );
  expect(objects).toBe(existsSync(file) ? 1826 : 1);
});

async function* one() {
  yield Buffer.from(JSON.stringify(valid["tool"]));
}
