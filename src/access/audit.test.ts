import { DatabaseSync } from "node:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { PGliteDialect } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generateSeed, signingKey } from "#ledger";
import type { Viewer } from "#policy";
import { type Engine, openSqlite, openStore, postgresEngine, type Store } from "#store";
import { type Audit, type AuditReading, createAudit, createAuditReading } from "./index.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
const overseer: Viewer = { kind: "officer", party: HOME, officer: "officer--2", roles: ["overseer"] };
const clock = (): Date => new Date("2026-01-01T00:00:00Z");
const key = signingKey(generateSeed());

/** Writes that go round the node, as whoever holds the disk can. */
type Tamper = (sql: string) => Promise<void>;

const folders: string[] = [];
function onSqlite(): { engine: Engine; tamper: Tamper } {
  const folder = mkdtempSync(join(tmpdir(), "entente-audit-"));
  folders.push(folder);
  const file = join(folder, "a.sqlite");
  const tamper: Tamper = (sql) => {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    return Promise.resolve();
  };
  return { engine: openSqlite(file), tamper };
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("the audit", () => {
  let store: Store;
  let tamper: Tamper;
  let audit: Audit;
  let reading: AuditReading;

  beforeEach(async () => {
    const made = onSqlite();
    tamper = made.tamper;
    store = await openStore({ engine: made.engine, party: HOME, clock });
    audit = createAudit({ store, party: HOME, clock, key });
    reading = createAuditReading({ store, party: HOME, keys: [key.publicKey] });
    for (let n = 0; n < 5; n++) await audit.note(analyst, { verb: "record.read", subject: `identity--${n}` });
    await store.transact(analyst, (t) => t.audit.note("record.mark", "tool--1", { n: 1 }));
    await audit.durable(analyst, { verb: "record.search", subject: "records", term: "Mehsud" });
  });
  afterEach(async () => {
    await audit.close();
    await store.close();
  });

  test("what changed, what was read and what was searched stand in one verified log, each once", async () => {
    const verdict = await reading.verify(overseer);
    expect(verdict).toMatchObject({ verified: true, size: 7, waiting: 0, faults: [] });
    const entries = await reading.search(overseer, {});
    expect(new Set(entries.map((entry) => entry.position))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(entries.find((entry) => entry.verb === "record.search")).toMatchObject({ term: "Mehsud" });
    expect(JSON.stringify(await Array.fromAsync(reading.export(overseer)))).not.toContain("Mehsud");
  });

  test.each<[string, string, readonly object[]]>([
    [
      "a changed entry",
      "update audit set subject = 'identity--x' where position = 3",
      [{ kind: "changed", position: 3 }],
    ],
    ["a removed entry", "delete from audit where position = 2", [{ kind: "removed", position: 2 }]],
    ["the last entry removed", "delete from audit where position = 6", [{ kind: "removed", position: 6 }]],
    [
      "two entries that changed places",
      "update audit set position = -1 where position = 1; update audit set position = 1 where position = 4; update audit set position = 4 where position = -1",
      [
        { kind: "moved", position: 1 },
        { kind: "moved", position: 4 },
      ],
    ],
    ["a chain hash changed", "update audit set hash = 'ff' where position = 5", [{ kind: "broken-link", position: 5 }]],
    [
      "words searched for changed",
      "update audit_term set text = 'nobody'",
      [{ kind: "term-changed", message: expect.any(String) }],
    ],
    [
      "the end cut off, tree and all",
      "delete from audit where position = 6; delete from tree_node where log = 'audit' and level = 0 and position = 6; update tree set size = 6 where log = 'audit'",
      [{ kind: "checkpoint", position: null }],
    ],
    [
      "an entry and its leaf changed together",
      "update tree_node set hash = (select hash from tree_node where log = 'audit' and level = 0 and position = 0) where log = 'audit' and level = 0 and position = 3",
      [{ kind: "tree", position: null }, { position: 3 }],
    ],
    ["the checkpoint gone", "update tree set checkpoint = null where log = 'audit'", [{ kind: "checkpoint" }]],
  ])("%s is found, and said which", async (_, sql, faults) => {
    await tamper(sql);
    const verdict = await reading.verify(overseer);
    expect(verdict.verified).toBe(false);
    expect(verdict.faults).toMatchObject(faults);
  });

  test("a log cut back to an earlier signed state shows against a checkpoint kept elsewhere", async () => {
    const early = (await reading.verify(overseer)).checkpoint ?? "";
    await audit.durable(analyst, { verb: "record.read", subject: "identity--9" });
    const kept = (await reading.verify(overseer)).checkpoint ?? "";
    expect(await reading.verify(overseer, early)).toMatchObject({ verified: true });
    await tamper(
      `delete from audit where position = 7; delete from tree_node where log = 'audit' and position * (1 << level) + (1 << level) > 7;
       update tree set size = 7, checkpoint = '${early}' where log = 'audit'`,
    );
    expect(await reading.verify(overseer)).toMatchObject({ verified: true });
    expect(await reading.verify(overseer, kept)).toMatchObject({ verified: false, faults: [{ kind: "removed" }] });
    await expect(reading.verify(overseer, "no checkpoint\n1\nx\n")).rejects.toMatchObject({ code: "audit-checkpoint" });
  });

  test("words searched for can be erased; the log stays whole", async () => {
    await tamper("delete from audit_term");
    expect(await reading.verify(overseer)).toMatchObject({ verified: true });
  });

  test("several writers on one store make one chain", async () => {
    const others = Array.from({ length: 3 }, () => createAudit({ store, party: HOME, clock, key }));
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (others[n % 3] ?? audit).durable(analyst, { verb: "record.read", subject: `identity--${n}` }),
      ),
    );
    expect(await reading.verify(overseer)).toMatchObject({ verified: true, size: 67 });
  });

  test("only an overseer looks into it", async () => {
    for (const viewer of [analyst, { ...overseer, roles: ["administrator"] } as Viewer]) {
      await expect(reading.search(viewer, {})).rejects.toMatchObject({ code: "forbidden" });
      await expect(reading.verify(viewer)).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

test("on PostgreSQL's SQL: one log, verified, and a changed entry found", async () => {
  const db = new PGlite({ extensions: { pg_trgm } });
  const engine = postgresEngine(new PGliteDialect({ pglite: db }));
  const store = await openStore({ engine, party: HOME, clock });
  const audit = createAudit({ store, party: HOME, clock, key });
  const reading = createAuditReading({ store, party: HOME, keys: [key.publicKey] });
  for (let n = 0; n < 300; n++) await audit.note(analyst, { verb: "record.read", subject: `identity--${n}` });
  await store.transact(analyst, (t) => t.audit.note("record.mark", "tool--1", { n: 1 }));
  await audit.durable(analyst, { verb: "record.search", subject: "records", term: "Mehsud" });
  expect(await reading.verify(overseer)).toMatchObject({ verified: true, size: 302, waiting: 0 });
  await db.exec("update audit set actor = 'officer--9' where position = 7");
  expect(await reading.verify(overseer)).toMatchObject({ verified: false, faults: [{ kind: "changed", position: 7 }] });
  await store.close();
}, 60_000);

test("what cannot be noted is not shown, and is noted once the store takes it again", async () => {
  const store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  let broken = true;
  const failing: Store = {
    ...store,
    transact: (actor, fn) => (broken ? Promise.reject(new Error("disk full")) : store.transact(actor, fn)),
  };
  const audit = createAudit({ store: failing, party: HOME, clock, key });
  const read = audit.durable(analyst, { verb: "record.read", subject: "identity--1" });
  await expect(read).rejects.toMatchObject({ code: "audit-unwritten" });
  broken = false;
  await audit.close();
  const reading = createAuditReading({ store, party: HOME, keys: [key.publicKey] });
  expect(await reading.verify(overseer)).toMatchObject({ verified: true, size: 1 });
  await store.close();
});
