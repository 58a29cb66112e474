import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { inspect } from "./rooms.ts";

function planted(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), "entente-rooms-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return inspect(root).violations.map((violation) => violation.rule);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("this house stands", () => {
  const house = inspect(resolve(import.meta.dirname, ".."));
  expect(house.violations).toEqual([]);
  expect(house.files).toBeGreaterThan(30);
});

test.each<[string, Record<string, string>, string[]]>([
  ["a lawful house", { "src/base/index.ts": "", "src/stix/index.ts": 'import { a } from "#base";' }, []],
  ["an upward arrow", { "src/base/index.ts": 'import { a } from "#stix";' }, ["upward"]],
  ["an upward arrow over lines", { "src/base/index.ts": 'import {\n  a,\n} from "#stix";' }, ["upward"]],
  ["an upward type", { "src/base/index.ts": 'import type { A } from "#store";' }, ["upward"]],
  ["an upward re-export", { "src/base/index.ts": 'export * from "#store";' }, ["upward"]],
  ["an import at run time", { "src/base/index.ts": 'const a = await import("#store");' }, ["upward"]],
  [
    "a pillar that imports a pillar",
    { "src/pillars/dialogues/index.ts": 'import { a } from "#pillars/designations";' },
    ["upward"],
  ],
  ["a skipped door", { "src/stix/index.ts": 'import { a } from "../base/errors.ts";' }, ["skipped-door"]],
  ["a door that is none", { "src/stix/index.ts": 'import { a } from "#base/errors";' }, ["skipped-door"]],
  ["a circle", { "src/base/index.ts": 'import "#stix";', "src/stix/index.ts": 'import "#base";' }, ["upward", "cycle"]],
  ["I/O in a pure room", { "src/policy/index.ts": 'import { a } from "node:fs";' }, ["ambient"]],
  ["a clock in a pure room", { "src/ledger/index.ts": "export const a = Date.now();" }, ["ambient"]],
  [
    "a clock in a comment only",
    { "src/ledger/index.ts": "// Date.now()\n/* import '#cli' */ export const a = 1;" },
    [],
  ],
  ["the environment", { "src/store/index.ts": "export const a = process.env['A'];" }, ["env"]],
  ["a file outside every room", { "src/helpers.ts": "" }, ["unknown-room"]],
  ["ledger on more than base", { "src/ledger/index.ts": 'import "#policy";' }, ["ledger"]],
  ["nothing at all", {}, ["empty"]],
])("planted: %s", (_, files, rules) => {
  expect(planted(files)).toEqual(rules);
});
