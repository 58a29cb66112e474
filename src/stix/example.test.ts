import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  accept,
  type AcceptedRecord,
  checkPattern,
  compilePattern,
  coreTypes,
  defineType,
  readObjects,
  scoId,
  TypeRegistry,
  validateText,
} from "#stix";

/** The examples of README.md and pattern/README.md, to the letter: the last test holds this file against them. */
test("from a file to records", async () => {
  const text = `{"type":"x-visit","id":"x-visit--10000000-0000-4000-8000-000000000001","created":"2025-01-01T00:00:00Z","modified":"2025-01-01T00:00:00Z","place":"Doha"}
{"type":"x-visit","id":"x-visit--10000000-0000-4000-8000-000000000002","created":"2025-01-01T00:00:00Z","modified":"2025-01-01T00:00:00Z"}
oops`;
  const records: AcceptedRecord[] = [];
  const problems: string[] = [];
  // oxfmt-ignore
  const sighted = defineType({ name: "x-visit", kind: "sdo", title: "Visit", schema: z.looseObject({ place: z.string() }) });
  const registry = new TypeRegistry([...coreTypes, sighted]);
  for await (const item of readObjects(new Blob([text]).stream())) {
    if (item.kind === "problem") problems.push(`byte ${item.offset}: ${item.message}`);
    else {
      const accepted = accept(item.text, registry, { now: "2026-01-01T00:00:00.000000Z" });
      if (accepted.ok) records.push(accepted.record);
      else problems.push(...accepted.errors.map(({ path, message }) => `${path}: ${message}`));
    }
  }
  expect(records.map(({ type }) => type)).toEqual(["x-visit"]);
  expect(problems).toHaveLength(2);
  expect(
    scoId("ipv4-addr", { value: "198.51.100.3" }), // "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
  ).toBe("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
});

test("validation", () => {
  const { valid, errors, warnings } = validateText('{"type":"tool","spec_version":"2.1"}');
  // valid: false
  // errors[0]: { path: "/id", code: "required", message: "id is required and missing", section: "3.2" }
  expect({ valid, warnings }).toEqual({ valid: false, warnings: [] });
  expect(errors[0]).toEqual({ path: "/id", code: "required", message: "id is required and missing", section: "3.2" });
});

test("patterns", () => {
  const bundle = {
    objects: [1, 2, 3].flatMap((n) => [
      { type: "ipv4-addr", id: `ipv4-addr--${n}`, value: `198.51.100.${n}` },
      {
        type: "observed-data",
        id: `observed-data--${n}`,
        first_observed: `2025-01-01T00:00:0${n}Z`,
        last_observed: `2025-01-01T00:00:0${n}Z`,
        number_observed: n,
        object_refs: [`ipv4-addr--${n}`],
      },
    ]),
  };
  expect(
    // oxfmt-ignore
    checkPattern("[ipv4-addr:value = '198.51.100.7'] WITHIN 0 SECONDS").errors[0]?.message, // "WITHIN needs more than 0 seconds"
  ).toBe("WITHIN needs more than 0 seconds");
  const compiled = compilePattern("[ipv4-addr:value ISSUBSET '198.51.100.0/24'] REPEATS 5 TIMES WITHIN 60 SECONDS");
  // oxfmt-ignore
  const { matched, observed } = compiled.match(bundle.objects); // observed: ids of the observed-data that made the first match
  expect(matched).toBe(true);
  expect(observed.length).toBeGreaterThan(1);
});

test.each(["README.md", "pattern/README.md"])("every line of the examples in %s stands in this file", (page) => {
  const own = readFileSync(import.meta.filename, "utf8");
  const blocks = [...readFileSync(join(import.meta.dirname, page), "utf8").matchAll(/```ts\n([^]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(0);
  const lines = blocks.flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.trim().replace(/;( \/\/.*)?$/, "")),
  );
  for (const line of lines) if (line !== "" && !line.startsWith("import ")) expect(own).toContain(line);
});
