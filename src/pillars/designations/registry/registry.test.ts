import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { PGliteDialect } from "kysely";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Source } from "#intake";
import type { Viewer } from "#policy";
import { accept, coreTypes, TypeRegistry } from "#stix";
import { type Engine, openPostgres, openSqlite, openStore, postgresEngine, type Store } from "#store";
import { freshDatabase, testServer } from "../../../store/testing.ts";
import {
  actTypes,
  createRegistry,
  currentSubjects,
  designationType,
  type ListFile,
  type LoadResult,
  type Registry,
} from "../index.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const PARTNER = "identity--00000000-0000-4000-8000-00000000000b";
const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
const overseer: Viewer = { kind: "officer", party: HOME, officer: "officer--2", roles: ["overseer"] };
const types = new TypeRegistry([...coreTypes, designationType, ...actTypes.map(([type]) => type)]);
const fixtures = resolve(import.meta.dirname, "../fixtures");
const folder = mkdtempSync(join(tmpdir(), "entente-lists-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = (name: string, text: string): Source => ({
  name,
  size: null,
  async *open() {
    yield Buffer.from(text);
  },
  sibling: () => null,
});
const file = (name: string, text: string): ListFile => ({ source: source(name, text), from: name });
const onDisk = (path: string): ListFile => ({
  source: { name: basename(path), size: null, open: () => createReadStream(path), sibling: () => null },
  from: basename(path),
});

const sdn = (rows: Readonly<Record<number, string>>): string =>
  Object.entries(rows)
    .map(([number, name]) => `${number},"${name}",-0- ,"SDGT"${",-0- ".repeat(8)}\r\n`)
    .join("");
const GROUPS = { 12206: "TEHRIK-E TALIBAN PAKISTAN (TTP)", 18647: "ISIL KHORASAN", 30000: "EXAMPLE FRONT" };
const WITH_BLA = { ...GROUPS, 26953: "BALOCHISTAN LIBERATION ARMY" };

let files = 0;
interface Opened {
  readonly store: Store;
  readonly lists: Registry;
  /** A day later. */
  readonly tick: () => void;
  readonly load: (statedOn: string, rows: Readonly<Record<number, string>>) => Promise<LoadResult>;
  readonly standing: (words: string, day: string, knownAt?: string) => Promise<unknown[]>;
}
const opened: Store[] = [];
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));

async function open(engine: Engine = openSqlite(":memory:")): Promise<Opened> {
  let now = Date.parse("2026-06-01T00:00:00Z");
  const clock = () => new Date(now++);
  const store = await openStore({ engine, party: HOME, clock });
  opened.push(store);
  const parts = join(folder, `${files++}`);
  const lists = createRegistry({ store, party: HOME, partyName: "Islamabad", clock, registry: types, folder: parts });
  return {
    store,
    lists,
    tick: () => void (now += 86_400_000),
    load: (statedOn, rows) => lists.load(analyst, { list: "ofac-sdn", files: [file("sdn.csv", sdn(rows))], statedOn }),
    standing: async (words, day, knownAt) =>
      (await lists.show(analyst, words, day, knownAt)).dossiers.flatMap((one) =>
        one.listings.map((listing) => [listing.key, listing.standing, listing.basis]),
      ),
  };
}

/** With the states of 2021 (1) and, a day later, of 2019 (2). */
async function begun(engine?: Engine): Promise<Opened> {
  const one = await open(engine);
  await one.load("2021-07-01", WITH_BLA);
  one.tick();
  await one.load("2019-04-15", GROUPS);
  return one;
}
const fixture = ({ lists }: Opened, list: string, name: string) =>
  lists.load(analyst, { list, files: [onDisk(join(fixtures, name))] });

const engines: Record<string, () => Promise<Engine>> = {
  sqlite: () => Promise.resolve(openSqlite(join(folder, `${files++}.sqlite`))),
  pglite: async () => postgresEngine(new PGliteDialect({ pglite: await PGlite.create({ extensions: { pg_trgm } }) })),
  ...(testServer === undefined ? {} : { postgres: async () => openPostgres(await freshDatabase()) }),
};

test.each(Object.keys(engines))(
  "on %s: states, standing, delta, joins and the word on a held state",
  async (name) => {
    const one = await begun(await engines[name]?.());
    const { lists, load, standing } = one;
    expect(await load("2019-04-15", GROUPS)).toMatchObject({ unchanged: true, state: { id: 2 } });
    expect(await standing("balochistan lib", "2020-01-01")).toEqual([["ofac:26953", "uncertain", "between-states"]]);
    expect((await lists.delta(analyst, 2, 1)).added.map(({ key }) => key)).toEqual(["ofac:26953"]);
    await fixture(one, "uk", "uk.csv");
    expect((await lists.candidates(analyst)).map(({ keys }) => keys.join(" "))).toEqual(["ofac:12206 uk:AQD0103"]);
    await lists.join(analyst, ["ofac:12206", "uk:AQD0103"], "the same");
    expect((await lists.show(analyst, "QDe.132 or not", "2022-01-01")).dossiers).toEqual([]);
    expect(await lists.split(analyst, ["uk:AQD0103"], "not the same")).toHaveLength(2);
    const held = await load("2022-01-01", { 12206: "TEHRIK-E TALIBAN PAKISTAN (TTP)" });
    expect(held.state.state).toBe("held");
    expect((await lists.decide(analyst, held.state.id, "accept")).state.state).toBe("accepted");
    expect(await standing("ofac:26953", "2022-02-01")).toEqual([["ofac:26953", "not-listed", "last-state-held"]]);
  },
  60_000,
);

test("the later state first, then the earlier one: the same content is the same record", async () => {
  const { store, lists, load } = await open();
  const later = await load("2021-07-01", WITH_BLA);
  expect(later).toMatchObject({ unchanged: false, fresh: 4, state: { state: "accepted", entries: 4, id: 1 } });
  expect(await load("2019-04-15", GROUPS)).toMatchObject({ fresh: 0, state: { state: "accepted", entries: 3 } });
  expect(await store.read(analyst, (r) => r.records.count({ types: ["identity"] }))).toBe(4);
  expect((await lists.status(overseer)).find(({ list }) => list === "ofac-sdn")?.current?.id).toBe(1);
});

test("between two states the answer is an interval; before the first, nothing is known", async () => {
  const { lists, standing } = await begun();
  expect(await standing("ofac:26953", "2019-04-15")).toEqual([["ofac:26953", "not-listed", "state-of-the-day"]]);
  expect(await standing("26953", "2020-01-01")).toEqual([["ofac:26953", "uncertain", "between-states"]]);
  expect(await standing("balochistan lib", "2021-07-01")).toEqual([["ofac:26953", "listed", "state-of-the-day"]]);
  expect(await standing("ofac:26953", "2018-01-01")).toEqual([["ofac:26953", "unknown", "before-first-state"]]);
  expect(await standing("ofac:12206", "2020-01-01")).toEqual([["ofac:12206", "listed", "states-on-both-sides"]]);
  const [dossier] = (await lists.show(analyst, "ofac:26953", "2026-01-01")).dossiers;
  expect(dossier?.listings[0]).toMatchObject({
    began: { after: "2019-04-15", by: "2021-07-01" },
    ended: null,
    basis: "last-state-held",
  });
  // On the first of June only the state of 2021 was held here: of 2019 nothing was known.
  expect(await standing("ofac:12206", "2019-06-01", "2026-06-01T12:00:00.000000Z")).toEqual([
    ["ofac:12206", "unknown", "before-first-state"],
  ]);
  await expect(lists.show(analyst, "x", "2021-02-30")).rejects.toMatchObject({ code: "date-invalid" });
});

test("a delta: added, amended field by field, delisted; two lists are not compared", async () => {
  const one = await begun();
  const { lists, load } = one;
  await load("2022-01-01", { ...WITH_BLA, 30000: "EXAMPLE FRONT, THE", 40000: "NEW" });
  const delta = await lists.delta(analyst, 2, 3);
  expect([delta.added.map(({ key }) => key), delta.delisted, delta.unseen]).toEqual([
    ["ofac:26953", "ofac:40000"],
    [],
    0,
  ]);
  expect(delta.amended).toMatchObject([
    { key: "ofac:30000", fields: [{ field: "name", removed: ["EXAMPLE FRONT"], added: ["EXAMPLE FRONT, THE"] }] },
  ]);
  expect((await lists.delta(analyst, 3, 2)).delisted.map(({ key }) => key)).toEqual(["ofac:26953", "ofac:40000"]);
  await fixture(one, "eu", "eu.xml");
  await expect(lists.delta(analyst, 3, 4)).rejects.toMatchObject({ code: "states-differ" });
});

test("what was said, unsaid and said again is three versions; the last stands last", async () => {
  const { store, load } = await begun();
  await load("2022-01-01", { ...WITH_BLA, 30000: "EXAMPLE FRONT, THE" });
  await load("2022-02-01", { ...WITH_BLA, 40000: "NEW" });
  const versions = await store.read(analyst, async (r) => {
    const [entry] = await r.lists.entriesOf(["ofac:30000"]);
    return r.records.versions(entry?.subjectId ?? "");
  });
  expect(versions.map(({ title }) => title)).toEqual(["EXAMPLE FRONT", "EXAMPLE FRONT, THE", "EXAMPLE FRONT"]);
});

test("a file that was not given is that of the state before, and says so; its aliases amend", async () => {
  const { lists, standing } = await begun();
  const { state } = await lists.load(analyst, {
    list: "ofac-sdn",
    files: [file("alt.csv", `26953,1,"aka","MAJEED BRIGADE",-0- \r\n`)],
    statedOn: "2022-03-01",
  });
  expect([state.carried, state.parts.map(({ name: part, carriedFrom }) => [part, carriedFrom])]).toEqual([
    true,
    [
      ["sdn.csv", 1],
      ["alt.csv", null],
    ],
  ]);
  expect((await lists.delta(analyst, 1, state.id)).amended).toMatchObject([
    { key: "ofac:26953", fields: [{ field: "aliases", added: [{ name: "MAJEED BRIGADE", kind: "aka" }] }] },
  ]);
  // Whether it still stood on that day is not known from a file of an earlier one.
  expect(await standing("ofac:26953", "2022-03-01")).toEqual([["ofac:26953", "listed", "last-state-held"]]);
});

test("a list that shrank by half is held, delists nobody, and waits for an officer's word", async () => {
  const { lists, load, standing } = await begun();
  const held = await load("2022-04-01", { 12206: "TEHRIK-E TALIBAN PAKISTAN (TTP)", 18647: "ISIL KHORASAN" });
  expect(held.state).toMatchObject({ state: "held", missing: 2 });
  expect(held.state.heldFor).toContain("2 entries, where the state before has 4");
  expect(await standing("ofac:26953", "2022-05-01")).toEqual([["ofac:26953", "listed", "last-state-held"]]);
  expect((await lists.held(analyst)).map(({ id }) => id)).toEqual([held.state.id]);
  await expect(lists.decide(overseer, held.state.id, "accept")).rejects.toMatchObject({ code: "forbidden" });
  expect((await lists.decide(analyst, held.state.id, "accept")).state.state).toBe("accepted");
  expect(await standing("ofac:26953", "2022-05-01")).toEqual([["ofac:26953", "not-listed", "last-state-held"]]);
  await expect(lists.decide(analyst, held.state.id, "accept")).rejects.toMatchObject({ code: "state-not-held" });
});

test("what broke is held too; an empty list, another file and an officer without the right are refused", async () => {
  const { lists } = await begun();
  const entry = '<sanctionEntity euReferenceNumber="EU.1"><nameAlias wholeName="A"/></sanctionEntity>';
  const text = `<export generationDate="2026-03-01">${entry}<sanc`;
  const cut = await lists.load(analyst, { list: "eu", files: [file("eu.xml", text)] });
  expect(cut.state).toMatchObject({ state: "held", problems: 1 });
  expect((await lists.decide(analyst, cut.state.id, "refuse")).state.state).toBe("refused");
  const lost = `${sdn({ 12206: "TEHRIK-E TALIBAN PAKISTAN (TTP)", 7: "A", 8: "B" })}18647,"ISIL KHORASAN",-0-\r\n`;
  const more = { list: "ofac-sdn", files: [file("sdn.csv", lost)], statedOn: "2022-06-01" };
  expect((await lists.load(analyst, more)).state.heldFor).toContain("could not be read");
  const empty = file("eu.xml", "<export><sanctionEntity/>");
  await expect(lists.load(analyst, { list: "eu", files: [empty] })).rejects.toMatchObject({ code: "list-empty" });
  await expect(lists.load(analyst, { list: "un", files: [file("x", "hello")] })).rejects.toMatchObject({
    code: "format-wrong",
  });
  await expect(lists.load(overseer, { list: "un", files: [] })).rejects.toMatchObject({ code: "forbidden" });
});

test("lists propose who is one subject; officers join, and undo it; nothing follows by itself", async () => {
  const one = await begun();
  const { store, lists } = one;
  await fixture(one, "eu", "eu.xml");
  await fixture(one, "uk", "uk.csv");
  const pairs = (await lists.candidates(analyst)).map(({ keys }) => keys.join(" "));
  expect(pairs).toContain("ofac:12206 uk:AQD0103");
  await lists.join(analyst, ["ofac:12206", "uk:AQD0103"], "same names and founding");
  await expect(lists.join(analyst, ["ofac:12206", "eu:EU.2601.48"], "x")).rejects.toMatchObject({
    code: "join-incomplete",
    fix: "If so, name all: ofac:12206 eu:EU.2601.48 uk:AQD0103",
  });
  await lists.join(analyst, ["ofac:12206", "eu:EU.2601.48", "uk:AQD0103"], "the same");
  expect((await lists.show(analyst, "uk:AQD0103")).dossiers.map((two) => two.listings.length)).toEqual([3]);
  expect((await lists.candidates(analyst)).map(({ keys }) => keys.join(" "))).not.toContain("ofac:12206 uk:AQD0103");
  expect(await lists.split(analyst, ["uk:AQD0103"], "another group after all")).toEqual(["uk:AQD0103"]);
  expect((await lists.show(analyst, "uk:AQD0103")).dossiers.map((two) => two.listings.length)).toEqual([1]);
  const again = (await lists.candidates(analyst)).find(({ keys }) => keys.join(" ") === "ofac:12206 uk:AQD0103");
  expect(again?.splitBefore).toContain("another group after all");
  const audit = await store.read(analyst, (r) => r.audit.list());
  expect(audit.map(({ verb }) => verb)).toEqual(expect.arrayContaining(["designation.join", "designation.split"]));
});

test("the matrix: who lists whom, without a name that only looks alike", async () => {
  const one = await begun();
  await fixture(one, "eu", "eu.xml");
  await fixture(one, "uk", "uk.csv");
  await fixture(one, "pk-proscribed", "pk-proscribed.csv");
  const { lists: columns, rows } = await one.lists.matrix(analyst, "2022-03-15");
  expect(columns).toEqual(["eu", "ofac-sdn", "pk-proscribed", "uk"]);
  const cell = (row: number, list: string) =>
    rows[row]?.cells.find((two) => two.list === list)?.listings.map(({ key }) => key);
  expect([cell(0, "ofac-sdn"), cell(0, "eu"), cell(0, "pk-proscribed"), cell(1, "ofac-sdn")]).toEqual([
    ["ofac:12206"],
    ["eu:EU.2601.48"],
    ["pk-proscribed:PK-017"],
    ["ofac:18647"],
  ]);
  expect([cell(2, "ofac-sdn"), cell(2, "pk-proscribed"), cell(2, "uk")]).toEqual([
    ["ofac:26953"],
    ["pk-proscribed:PK-008"],
    [],
  ]);
});

test("an amendment by hand has its source and its day, and what the state says is not changed by it", async () => {
  const { lists, load } = await begun();
  await lists.amend(analyst, {
    about: "ofac:26953",
    act: "amended",
    effectiveOn: "2025-08-11",
    programmesAdded: ["FTO"],
    aliasesAdded: ["MAJEED BRIGADE"],
    source: { name: "Department of State, 11 August 2025", publishedOn: "2025-08-11" },
  });
  const on = async (day: string) => (await lists.show(analyst, "majeed brigade", day)).dossiers[0]?.listings[0];
  expect((await on("2025-08-10"))?.programmesInEffect).toEqual(["SDGT"]);
  expect(await on("2025-08-11")).toMatchObject({
    programmesInEffect: ["SDGT", "FTO"],
    subject: { programmes: ["SDGT"] },
  });
  await load("2025-08-20", GROUPS);
  const back = { about: "ofac:26953", act: "listed", effectiveOn: "2025-09-01", source: { name: "a test" } } as const;
  await lists.amend(analyst, back);
  expect(await on("2025-09-02")).toMatchObject({ standing: "not-listed", inLaw: "listed" });
  const wrong = { about: "ofac:26953", act: "amended", effectiveOn: "soon", source: { name: "x" } } as const;
  await expect(lists.amend(analyst, wrong)).rejects.toMatchObject({ code: "record-refused" });
});

test("views of parties stand side by side; a redress case follows its list's route", async () => {
  const { lists, tick } = await begun();
  await lists.view(analyst, { about: "ofac:18647", position: "supports", reasons: "our courts found the same" });
  const proposed = { about: "EXAMPLE CELL", act: "list", grounds: "for a test", person: false } as const;
  const proposal = await lists.propose(analyst, proposed);
  await lists.view(analyst, { about: proposal.id, position: "undecided", reasons: "evidence is asked for" });
  const shown = await lists.show(analyst, "ofac:18647");
  expect(shown.dossiers[0]?.listings[0]?.views).toMatchObject([
    { owner: HOME, object: { position: "supports", party_name: "Islamabad" } },
  ]);
  const { unlisted } = await lists.show(analyst, "example cell");
  expect(unlisted.map(({ type }) => type).toSorted()).toEqual(["designation-proposal", "designation-view"]);
  const petition = await lists.openCase(analyst, { about: "ofac:18647", filedOn: "2026-01-31" });
  expect(petition.object).toMatchObject({ route: "ofac-501.807", phases: [{ phase: "reconsideration" }] });
  tick();
  const decided = { step: "decide", state: "refused", on: "2026-05-01", outcome: "the listing stands" } as const;
  await lists.stepCase(analyst, petition.id, decided);
  await expect(lists.stepCase(analyst, petition.id, decided)).rejects.toMatchObject({ code: "case-invalid" });
});

test("a partner's record of the same entry stays the partner's; ours stands beside it", async () => {
  const [theirs, mine] = [await open(), await open()];
  await theirs.load("2020-01-01", { 7: "SEVEN" });
  const subjects = ({ store }: Opened) => store.read(analyst, (r) => Array.fromAsync(currentSubjects(r)));
  const [subject] = await subjects(theirs);
  const record = await theirs.store.read(analyst, (r) => r.records.get(subject?.subjectId ?? ""));
  const accepted = accept(record?.text ?? "", types, { now: "2026-06-01T00:00:00.000000Z" });
  if (!accepted.ok) throw new Error("the record is refused");
  await mine.store.transact(analyst, (t) =>
    t.records.append([{ record: accepted.record, owner: PARTNER, assigned: [], source: "channel" }]),
  );
  await mine.load("2020-01-01", { 7: "SEVEN" });
  const [ours] = await subjects(mine);
  expect(ours).toMatchObject({ key: "ofac:7", name: "SEVEN" });
  expect(ours?.subjectId).not.toBe(subject?.subjectId);
});

test("real states, where they are at hand: the Balochistan Liberation Army came between 2019 and 2021", async () => {
  const shared = resolve(import.meta.dirname, "../../../../../shared/data");
  if (!existsSync(join(shared, "ofac-2021"))) return;
  const { lists } = await open();
  const set = (year: string, ...names: string[]) => names.map((one) => onDisk(join(shared, year, one)));
  const all = ["sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"];
  await lists.load(analyst, { list: "ofac-sdn", files: set("ofac-2019", ...all), statedOn: "2019-04-15" });
  await lists.load(analyst, { list: "ofac-sdn", files: set("ofac-2021", ...all), statedOn: "2021-07-01" });
  const delta = await lists.delta(analyst, 1, 2);
  expect(delta.added.some(({ key }) => key === "ofac:26953")).toBe(true);
  expect(delta.delisted.length).toBeGreaterThan(100);
  await lists.load(analyst, { list: "ofac-sdn", files: set("ofac-2024-05", "sdn.csv"), statedOn: "2024-05-03" });
  await lists.load(analyst, {
    list: "ofac-sdn",
    files: set("ofac-2025-02-aliases", "alt.csv"),
    statedOn: "2025-02-15",
  });
  await lists.load(analyst, {
    list: "ofac-sdn",
    files: set("ofac-2025-12-aliases", "alt.csv"),
    statedOn: "2025-12-15",
  });
  const { amended } = await lists.delta(analyst, 4, 5);
  const bla = amended.find(({ key }) => key === "ofac:26953");
  expect(JSON.stringify(bla?.fields)).toContain("MAJEED BRIGADE");
}, 240_000);
