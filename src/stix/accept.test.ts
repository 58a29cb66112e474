import { existsSync, createReadStream } from "node:fs";
import { describe, expect, test } from "vitest";
import { accept, coreTypes, readObjects, scoId, TypeRegistry, uuid5 } from "./index.ts";

const NOW = "2026-01-01T00:00:00.000000Z";
const registry = new TypeRegistry(coreTypes);
const base = {
  type: "identity",
  spec_version: "2.1",
  id: "identity--11111111-1111-4111-8111-111111111111",
  created: "2025-01-01T00:00:00Z",
  modified: "2025-01-01T00:00:00.5Z",
  name: "Somebody",
  identity_class: "individual",
};
const codes = (value: unknown) => {
  const result = accept(typeof value === "string" ? value : JSON.stringify(value), registry, { now: NOW });
  return result.ok ? [] : result.errors.map((error) => error.code);
};

test("an object is accepted as its own text", () => {
  const text = ` ${JSON.stringify({ ...base, object_marking_refs: ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"], x_ref: base.id }, null, 3)}`;
  const result = accept(text, registry, { now: NOW });
  expect(result.ok && result.record).toMatchObject({
    text,
    version: "2025-01-01T00:00:00.500000Z",
    aboutPerson: true,
    title: "Somebody",
    names: ["Somebody"],
    markingRefs: ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
    refs: [{ property: "x_ref", target: base.id }],
  });
});

describe("refused, with the place and the reason", () => {
  test.each<[string, unknown, string]>([
    ["no JSON", "{", "json-syntax"],
    ["a depth bomb", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, "json-depth"],
    ["__proto__", `{"__proto__":{},"type":"identity"}`, "json-key"],
    ["an id of another type", { ...base, id: "malware--11111111-1111-4111-8111-111111111111" }, "id-form"],
    ["an id in capitals", { ...base, id: "identity--AAAAAAAA-1111-4111-8111-111111111111" }, "id-form"],
    ["null", { ...base, name: null }, "null"],
    ["an empty list", { ...base, labels: [] }, "empty-list"],
    ["an impossible day", { ...base, created: "2025-02-30T00:00:00Z" }, "timestamp"],
    ["modified before created", { ...base, modified: "2024-01-01T00:00:00Z" }, "modified-before-created"],
    ["a clock in the future", { ...base, modified: "2027-01-01T00:00:00Z" }, "clock-ahead"],
    ["a required property missing", { ...base, name: undefined }, "schema"],
    [
      "a marking that is none",
      { ...base, object_marking_refs: ["identity--11111111-1111-4111-8111-111111111111"] },
      "marking-ref",
    ],
  ])("%s", (_, value, code) => {
    expect(codes(value)).toContain(code);
  });
});

test("deterministic ids follow §2.9", () => {
  expect(scoId("domain-name", { value: "example.com" })).toBe("domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
  expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
});

test("a whole ATT&CK bundle is accepted, where it is at hand", async () => {
  const file = new URL("../../../shared/data/attack-ics-18.1/ics-attack-18.1.json", import.meta.url);
  let accepted = 0;
  for await (const item of existsSync(file) ? readObjects(createReadStream(file)) : readObjects(one())) {
    expect(item.kind === "object" && accept(item.text, registry, { now: NOW })).toMatchObject({ ok: true });
    accepted++;
  }
  expect(accepted).toBe(existsSync(file) ? 1826 : 1);
});

async function* one() {
  yield Buffer.from(JSON.stringify({ type: "bundle", objects: [base] }));
}
