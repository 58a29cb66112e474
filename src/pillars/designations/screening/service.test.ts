import { createReadStream, existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OfficerViewer } from "#access";
import { createIntake, type Intake, type Source, stixLoader } from "#intake";
import { coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { createScreening, designationType, ofacLoader, type Screening } from "../index.ts";
import { makeObjects } from "../make.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const officer = (name: string): OfficerViewer => ({ kind: "officer", party: HOME, officer: name, roles: ["analyst"] });
const [first, second] = [officer("officer--1"), officer("officer--2")];
const clock = () => new Date("2026-01-01T00:00:00Z");
const OFAC = resolve(import.meta.dirname, "../../../../demo/data/ofac/sdn.csv");
const file = (path: string): Source => ({
  name: basename(path),
  size: null,
  open: () => createReadStream(path),
  sibling: (name) => (existsSync(join(dirname(path), name)) ? file(join(dirname(path), name)) : null),
});
const inline = (name: string, text: string): Source => ({
  name,
  size: null,
  async *open() {
    yield Buffer.from(text);
  },
  sibling: () => null,
});

let store: Store;
let intake: Intake;
let screening: Screening;
beforeEach(async () => {
  store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  intake = createIntake({
    store,
    party: HOME,
    clock,
    registry: new TypeRegistry([...coreTypes, designationType]),
    loaders: [ofacLoader, stixLoader],
  });
  screening = createScreening({ store });
});
afterEach(() => store.close());

const rows = [
  { reference: "1", name: "Noor Wali", type: "person" as const },
  { reference: "2", name: "Balochistan Liberation Army", type: "organization" as const },
];

async function twoHits(): Promise<{ readonly wali: string; readonly army: string }> {
  await intake.importFile(first, { source: file(OFAC) });
  await screening.register(first, "customers", rows);
  expect(await screening.rescreen(first, "customers")).toMatchObject({ entries: 2, added: 2, standing: 0 });
  const hits = await screening.hits(first);
  const of = (name: string): string => hits.find(({ query }) => query.includes(name))?.id ?? "";
  return { wali: of("Noor Wali"), army: of("Balochistan") };
}

test("without a list nothing is screened", async () => {
  await expect(screening.screen(first, { name: "Noor Wali" })).rejects.toMatchObject({ code: "list-empty" });
});

describe("decisions", () => {
  test("a match takes two officers", async () => {
    const { army } = await twoHits();
    expect(await screening.decide(first, army, "confirm", "the same group")).toMatchObject({ state: "proposed" });
    await expect(screening.decide(first, army, "confirm", "again")).rejects.toMatchObject({ code: "same-officer" });
    expect(await screening.decide(second, army, "confirm", "seen")).toMatchObject({
      state: "confirmed",
      decidedBy: first.officer,
      confirmedBy: second.officer,
    });
    await expect(screening.decide(second, army, "possible", "late")).rejects.toMatchObject({ code: "hit-decided" });
  });

  test("what was called false stays away until the register's side changes", async () => {
    const { wali } = await twoHits();
    await screening.decide(first, wali, "false-positive", "another father's name");
    expect(await screening.rescreen(first, "customers")).toMatchObject({
      added: 0,
      standing: 1,
      goodGuys: 1,
      passed: 0,
    });
    await screening.register(first, "customers", [{ reference: "1", name: "Noor Wali", type: "person", born: "1978" }]);
    expect(await screening.rescreen(first, "customers")).toMatchObject({ added: 1, goodGuys: 0 });
  });

  test("… and until the list's side changes; an open one whose side changed passes", async () => {
    const listed = (born: string, amended: string): Source => {
      const objects = makeObjects({
        key: "xx:1",
        name: "Noor Wali",
        subjectClass: "individual",
        aliases: [],
        authority: "A",
        list: "L",
        reference: "1",
        programmes: [],
        source: "test",
        amendedOn: [amended],
        facts: { birth_dates: [{ year: born }] },
      });
      return inline("list.json", JSON.stringify({ type: "bundle", objects }));
    };
    await intake.importFile(first, { source: listed("1978", "2025-01-01") });
    await screening.register(first, "customers", [rows[0] ?? { name: "" }]);
    await screening.rescreen(first, "customers");
    const [hit] = await screening.hits(first);
    await screening.decide(first, hit?.id ?? "", "false-positive", "no");
    expect(await screening.rescreen(first, "customers")).toMatchObject({ added: 0, goodGuys: 1 });
    await intake.importFile(first, { source: listed("1980", "2025-02-01") });
    expect(await screening.rescreen(first, "customers")).toMatchObject({ added: 1, goodGuys: 0, passed: 0 });
    await intake.importFile(first, { source: listed("1981", "2025-03-01") });
    expect(await screening.rescreen(first, "customers")).toMatchObject({ added: 1, passed: 1 });
  });

  test("a decision is replayed from both sides as they stood", async () => {
    const { wali } = await twoHits();
    expect(await screening.replay(second, wali)).toMatchObject({ same: true, matcher: "1" });
  });

  test("who may not write does not decide; who may not see the entry sees no hit", async () => {
    const { wali } = await twoHits();
    const overseer: OfficerViewer = { ...first, roles: ["overseer"] };
    await expect(screening.decide(overseer, wali, "possible", "x")).rejects.toMatchObject({ room: "access" });
    const stranger = { ...first, party: "identity--00000000-0000-4000-8000-00000000000b" } as OfficerViewer;
    expect(await screening.hits(stranger)).toEqual([]);
    await expect(screening.decide(stranger, wali, "possible", "x")).rejects.toMatchObject({ code: "hit-unknown" });
  });

  test("each decision is in the audit, without a name", async () => {
    const { wali } = await twoHits();
    await screening.decide(first, wali, "possible", "to be looked into");
    const [entry] = await store.read(first, (r) => r.audit.list({ subject: wali }));
    expect(entry).toMatchObject({ verb: "screen.decide", actor: first.officer });
    expect(entry?.detail).not.toMatch(/Noor|Wali/i);
  });
});
