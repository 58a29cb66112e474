import { afterEach, beforeEach, expect, test } from "vitest";
import type { Viewer } from "#policy";
import { coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { createIntake, type Intake, type Source, stixLoader } from "./index.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
const clock = () => new Date("2026-01-01T00:00:00Z");
let store: Store;
let intake: Intake;
beforeEach(async () => {
  store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  intake = createIntake({ store, party: HOME, clock, registry: new TypeRegistry(coreTypes), loaders: [stixLoader] });
});
afterEach(() => store.close());

const source = (text: string): Source => ({
  name: "file.json",
  size: text.length,
  async *open() {
    for (let at = 0; at < text.length; at += 1000) yield Buffer.from(text.slice(at, at + 1000));
  },
  sibling: () => null,
});
const tool = (n: number, extra: object = {}) => ({
  type: "tool",
  spec_version: "2.1",
  id: `tool--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  created: "2025-01-01T00:00:00Z",
  modified: "2025-01-01T00:00:00Z",
  name: `Tool ${n}`,
  ...extra,
});
const bundle = (...objects: object[]) => JSON.stringify({ type: "bundle", objects });

test("imports in batches, and again without effect", async () => {
  const text = bundle(...Array.from({ length: 2500 }, (_, n) => tool(n)));
  const seen: number[] = [];
  const run = await intake.importFile(analyst, {
    source: source(text),
    onProgress: ({ imported }) => void seen.push(imported),
  });
  expect(run).toMatchObject({ state: "done", imported: 2500, unchanged: 0, problems: 0, bytes: text.length });
  expect(seen).toEqual([0, 1000, 2000, 2500]);
  expect(await intake.importFile(analyst, { source: source(text) })).toMatchObject({ imported: 0, unchanged: 2500 });
});

test("what cannot be read is listed with place and reason; the rest is kept", async () => {
  const text =
    bundle(tool(1), { ...tool(2), name: null }, tool(1, { name: "Other" }), tool(3)).slice(0, -2) + ',{"type":"to';
  const run = await intake.importFile(analyst, { source: source(text) });
  expect(run).toMatchObject({ state: "done", imported: 2, conflicts: 1 });
  const problems = await store.read(analyst, (r) => r.imports.problems(run.id));
  expect(problems.map(({ code }) => code)).toEqual(["null", "schema", "truncated", "conflict"]);
  expect(problems[0]?.place).toMatch(/^object 1, byte \d+\/name$/);
});

test("can be stopped; what was read stays", async () => {
  const stop = new AbortController();
  const text = bundle(...Array.from({ length: 2500 }, (_, n) => tool(n)));
  const run = await intake.importFile(analyst, {
    source: source(text),
    signal: stop.signal,
    onProgress: ({ imported }) => imported > 0 && stop.abort(),
  });
  expect(run).toMatchObject({ state: "stopped", imported: 1000 });
});

test("another kind of file is refused, with what is known", async () => {
  await expect(intake.importFile(analyst, { source: source("hello") })).rejects.toMatchObject({
    code: "format-unknown",
  });
});
