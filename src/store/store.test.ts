import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { CompiledQuery, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileLabel, decide, handlingMarking, type Marking, predicate, type Viewer } from "#policy";
import { accept, type AcceptedRecord, coreTypes, TypeRegistry } from "#stix";
import { arbitraryContext, arbitraryMarkings, arbitraryViewer, HOME, PARTNER } from "../policy/testing.ts";
import { type Engine, openPostgres, openSqlite, openStore, postgresEngine, type Store } from "./index.ts";
import { labelCondition } from "./label-sql.ts";
import { labelRepo } from "./repos/labels.ts";
import { freshDatabase, testServer } from "./testing.ts";

const NOW = "2026-01-01T00:00:00.000000Z";
const registry = new TypeRegistry(coreTypes);
const folder = mkdtempSync(join(tmpdir(), "entente-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const engines: Record<string, () => Promise<Engine>> = {
  sqlite: () => Promise.resolve(openSqlite(join(folder, `${files++}.sqlite`))),
  pglite: async () => postgresEngine(new PGliteDialect({ pglite: await PGlite.create({ extensions: { pg_trgm } }) })),
  ...(testServer === undefined ? {} : { postgres: async () => openPostgres(await freshDatabase()) }),
};

const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
const administrator: Viewer = { kind: "officer", party: HOME, officer: "officer--2", roles: ["administrator"] };
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

function identity(n: number, extra: object = {}): AcceptedRecord {
  const text = JSON.stringify({
    type: "identity",
    spec_version: "2.1",
    id: `identity--${uuid(n)}`,
    created: "2025-01-01T00:00:00Z",
    modified: "2025-01-01T00:00:00Z",
    name: `Group number ${n}`,
    identity_class: "group",
    ...extra,
  });
  const result = accept(text, registry, { now: NOW });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.record;
}
const put = (store: Store, records: readonly AcceptedRecord[], owner = HOME, assigned: readonly string[] = []) =>
  store.transact(analyst, (t) =>
    t.records.append(records.map((record) => ({ record, owner, assigned, source: "test" }))),
  );

describe.each(Object.keys(engines))("the store on %s", (name) => {
  let engine: Engine;
  let store: Store;
  beforeAll(async () => {
    engine = (await engines[name]?.()) as Engine;
    store = await openStore({ engine, party: HOME, clock: () => new Date("2026-01-01T00:00:00Z") });
  });
  afterAll(() => store.close());

  test("keeps the text to the letter, and says what an append did", async () => {
    const record = identity(1);
    expect(await put(store, [record])).toEqual(["added"]);
    expect(await put(store, [record, identity(1, { name: "Other words" })])).toEqual(["unchanged", "conflict"]);
    const stored = await store.read(analyst, (r) => r.records.get(record.id));
    expect(stored).toMatchObject({ text: record.text, sha256: record.sha256, owner: HOME, title: "Group number 1" });
  });

  test("terms given beside a text can be taken off again; those that the text names itself cannot", async () => {
    const [own, part, given] = [1, 2, 3].map((n) => `marking-definition--${uuid(9000 + n)}`) as [
      string,
      string,
      string,
    ];
    const record = identity(900, {
      object_marking_refs: [own],
      granular_markings: [{ marking_ref: part, selectors: ["name"] }],
    });
    await put(store, [record], HOME, [given]);
    const refs = () =>
      store.read(analyst, async (r) => (await r.labels.label((await r.records.get(record.id))?.labelId ?? 0)).refs);
    expect(await refs()).toEqual([own, part, given]);
    await store.transact(analyst, (t) => t.records.relabel(record.id, record.version, []));
    expect(await refs()).toEqual([own, part]);
  });

  test("two of one version in one batch: the first is kept, the other told", async () => {
    expect(await put(store, [identity(2), identity(2), identity(2, { name: "x" })])).toEqual([
      "added",
      "unchanged",
      "conflict",
    ]);
  });

  test("another party's id stays that party's", async () => {
    expect(await put(store, [identity(3)], PARTNER)).toEqual(["added"]);
    expect(await put(store, [identity(3, { modified: "2025-06-01T00:00:00Z" })], HOME)).toEqual(["foreign"]);
  });

  test("versions are appended, the latest is listed, and order of arrival does not matter", async () => {
    await put(store, [identity(4, { modified: "2025-03-01T00:00:00Z", name: "Third" })]);
    await put(store, [identity(4, { modified: "2025-02-01T00:00:00Z", name: "Second" })]);
    const [latest, all] = await store.read(analyst, async (r) => [
      await r.records.get(`identity--${uuid(4)}`),
      await r.records.versions(`identity--${uuid(4)}`),
    ]);
    expect(latest?.title).toBe("Third");
    expect(all.map((version) => version.title)).toEqual(["Third", "Second"]);
  });

  test("finds part of a name or alias in any script", async () => {
    const aliased = identity(5, {
      type: "campaign",
      id: `campaign--${uuid(5)}`,
      name: "Tehrik-e Taliban Pakistan",
      aliases: ["تحریک طالبان پاکستان", "TTP"],
      identity_class: undefined,
    });
    await put(store, [aliased]);
    for (const part of ["taliban", "طالبان", "TTP", "TP"]) {
      const found = await store.read(analyst, (r) => r.records.list({ name: part }));
      expect(
        found.items.map((item) => item.id),
        part,
      ).toEqual([aliased.id]);
    }
    expect(await store.read(analyst, (r) => r.records.count({ name: "100%_" }))).toBe(0);
  });

  test("a walk by pages meets each record once, while others are added", async () => {
    await put(
      store,
      Array.from({ length: 25 }, (_, n) => identity(100 + n)),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.read(analyst, (r) =>
        r.records.list({ types: ["identity"], limit: 4, ...(cursor === undefined ? {} : { cursor }) }),
      );
      seen.push(...page.items.map((item) => item.id));
      await put(store, [identity(1000 + seen.length)]);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    for (let n = 0; n < 25; n++) expect(seen).toContain(`identity--${uuid(100 + n)}`);
  });

  test("a withdrawn record is gone from reads and search; its hash stays", async () => {
    const record = identity(6, { name: "Zyxwvut" });
    await put(store, [record]);
    expect(await store.transact(analyst, (t) => t.records.withdraw(record.id, HOME))).toMatchObject([
      { id: record.id },
    ]);
    const [found, versions] = await store.read(analyst, async (r) => [
      await r.records.count({ name: "zyxwvut" }),
      await r.records.versions(record.id),
    ]);
    expect(found).toBe(0);
    expect(versions).toMatchObject([{ state: "withdrawn", text: "", sha256: record.sha256 }]);
  });

  test("an administrator reads no content, and absent and forbidden look alike", async () => {
    await put(store, [identity(7)]);
    expect(
      await store.read(administrator, async (r) => [
        await r.records.get(`identity--${uuid(7)}`),
        await r.records.count(),
        (await r.records.list()).items.length,
      ]),
    ).toEqual([null, 0, 0]);
  });

  test("a transaction that fails leaves nothing; one that leaks throws", async () => {
    await expect(
      store.transact(analyst, async (t) => {
        await t.records.append([{ record: identity(8), owner: HOME, assigned: [], source: "test" }]);
        throw new Error("stop");
      }),
    ).rejects.toThrow("stop");
    expect(await store.read(analyst, (r) => r.records.get(`identity--${uuid(8)}`))).toBeNull();
    const leaked = await store.read(analyst, (r) => Promise.resolve(r));
    await expect(leaked.records.get("x")).rejects.toMatchObject({ code: "transaction-over" });
  });

  test("a marking that comes later is obeyed from then on", async () => {
    const marking = `marking-definition--${uuid(77)}`;
    await put(store, [identity(9)], PARTNER, [marking]);
    const get = () => store.read(analyst, (r) => r.records.get(`identity--${uuid(9)}`));
    expect(await get()).toBeNull();
    const terms = {
      originator: PARTNER,
      releasableTo: [HOME],
      noOnward: true,
      purposes: null,
      evidenceUse: "allowed" as const,
      caveats: [],
      reviewBy: null,
      expires: null,
      foreignCodes: [],
    };
    const text = JSON.stringify(handlingMarking(terms, { id: marking, created: NOW, createdBy: PARTNER }));
    expect(await store.transact(analyst, (t) => t.labels.addMarking(marking, text, PARTNER))).toBe("added");
    expect(await get()).not.toBeNull();
  });

  test("one holder at a time has a lease", async () => {
    const take = (holder: string, expires: string) =>
      store.transact(analyst, (t) => t.settings.lease("writer", holder, expires));
    expect(await take("a", "2026-01-01T00:01:00.000000Z")).toBe(true);
    expect(await take("b", "2026-01-01T00:01:00.000000Z")).toBe(false);
    expect(await take("a", NOW)).toBe(true);
    expect(await take("b", "2026-01-01T00:01:00.000000Z")).toBe(true);
  });

  test("feeds: what is due, what was given, and what is left after removal", async () => {
    const feed = {
      name: "f",
      url: "https://x/",
      root: "/r/",
      collection: "c",
      direction: "push" as const,
      everySeconds: 60,
      markings: ["m"],
      recipient: PARTNER,
      purpose: "p",
      createdAt: NOW,
      createdBy: "officer--1",
      position: null,
      nextRunAt: NOW,
      lastRunAt: null,
      lastError: null,
      objects: 0,
      imported: 0,
      unchanged: 0,
      problems: 0,
      sent: 0,
      refused: 0,
      withheld: 0,
    };
    const later = "2026-01-01T00:00:00.000001Z";
    await store.transact(analyst, async (t) => {
      await t.feeds.add(feed);
      await t.feeds.add({ ...feed, name: "g", nextRunAt: later });
      await t.feeds.add({ ...feed, name: "h", nextRunAt: null });
      await t.feeds.markSent("f", [{ id: "a", version: NOW }]);
      await t.feeds.markSent("f", [
        { id: "a", version: NOW },
        { id: "b", version: NOW },
      ]);
    });
    const versions = ["a", "b"].flatMap((id) => [
      { id, version: NOW },
      { id, version: later },
    ]);
    expect(
      await store.read(analyst, async (r) => [
        (await r.feeds.due()).map((item) => item.name),
        await r.feeds.get("f"),
        [...(await r.feeds.sentAlready("f", versions))].toSorted(),
        [...(await r.feeds.sentAlready("g", versions))],
      ]),
    ).toEqual([["f"], feed, [`a ${NOW}`, `b ${NOW}`], []]);
    await store.transact(analyst, async (t) => {
      await t.feeds.save({ ...feed, sent: 5, lastError: "no" });
      expect(await t.feeds.get("f")).toMatchObject({ sent: 5, lastError: "no" });
      for (const gone of ["f", "g", "h"]) await t.feeds.remove(gone);
      expect(await t.feeds.list()).toEqual([]);
    });
  });

  test("SQL selects exactly the labels that the decision allows", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryViewer,
        fc.constantFrom("read", "receive", "release" as const),
        arbitraryMarkings,
        fc.constantFrom(HOME, PARTNER),
        arbitraryContext,
        async (viewer, action, markings, owner, context) => {
          const label = compileLabel(
            owner,
            markings.map((m) => m.id),
            (id) => markings.find((m) => m.id === id),
          );
          const selected = await inRollback(
            engine,
            owner,
            markings,
            async (db, id) =>
              (
                await db
                  .selectFrom("label")
                  .select("id")
                  .where("id", "=", id)
                  .where((eb) => labelCondition(eb, predicate(viewer, action, context)))
                  .execute()
              ).length,
          );
          expect(selected === 1).toBe(decide(viewer, action, label, context).effect === "allow");
        },
      ),
      { numRuns: 150 },
    );
  });
});

class Rollback extends Error {}

/** Writes these markings and their label, asks, and takes everything back. */
async function inRollback(
  engine: Engine,
  owner: string,
  markings: readonly Marking[],
  ask: (db: Parameters<Parameters<Engine["writing"]>[0]>[0]["db"], label: number) => Promise<number>,
): Promise<number> {
  let answer = -1;
  const run = engine.writing(async (tx) => {
    await tx.db.executeQuery(CompiledQuery.raw("delete from marking"));
    const labels = labelRepo({
      tx,
      viewer: analyst,
      party: HOME,
      now: NOW,
      policyContext: (extra = {}) => ({ now: NOW, party: HOME, ...extra }),
    });
    for (const marking of markings) await labels.addMarking(marking.id, definitionOf(marking), HOME);
    answer = await ask(tx.db, await labels.labelFor(owner, markings.map((m) => m.id).toSorted()));
    throw new Rollback();
  });
  await expect(run).rejects.toThrow(Rollback);
  return answer;
}

function definitionOf(marking: Marking): string {
  switch (marking.kind) {
    case "handling":
      return JSON.stringify(handlingMarking(marking.handling, { id: marking.id, created: NOW, createdBy: HOME }));
    case "statement":
      return JSON.stringify({
        id: marking.id,
        definition_type: "statement",
        definition: { statement: marking.statement },
      });
    case "tlp":
    case "unknown":
      return JSON.stringify({ id: marking.id, definition_type: "another" });
  }
}

if (testServer !== undefined) {
  test("two processes' worth of writers on one PostgreSQL: nothing lost, the order of arrival strict", async () => {
    const url = await freshDatabase();
    const open = () =>
      openStore({ engine: openPostgres(url), party: HOME, clock: () => new Date("2026-01-01T00:00:00Z") });
    const [a, b] = [await open(), await open()];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => put(n % 2 === 0 ? a : b, [identity(5000 + n * 2), identity(5001 + n * 2)])),
    );
    const { items } = await a.read(analyst, (r) => r.records.list({ limit: 1000 }));
    expect(items).toHaveLength(80);
    const times = items.map((item) => item.addedAt).toReversed();
    expect(new Set(times).size).toBe(80);
    expect(times).toEqual(times.toSorted());
    await Promise.all([a.close(), b.close()]);
  });
}
