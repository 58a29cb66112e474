import { sql } from "kysely";
import type { Engine, Tx } from "../engine/engine.ts";
import { StoreError } from "../errors.ts";
import { records } from "./0001-records.ts";
import { cooperation } from "./0002-cooperation.ts";
import { cosignatures } from "./0010-cosignatures.ts";
import { feeds } from "./0011-feeds.ts";
import { taxii } from "./0012-taxii.ts";
import { delivery, sentTimes } from "./0015-delivery.ts";
import { keys } from "./0016-keys.ts";
import { onward } from "./0018-onward.ts";
import { access } from "./0020-access.ts";
import { audit } from "./0021-audit.ts";
import { screening } from "./0024-screening.ts";
import { lists } from "./0026-lists.ts";
import { safeguards } from "./0030-safeguards.ts";
import { redress } from "./0031-redress.ts";
import type { Migration } from "./migration.ts";

/** In order. A published migration never changes; a new one is added below it. */
const migrations: readonly Migration[] = [
  records,
  cooperation,
  cosignatures,
  feeds,
  taxii,
  delivery,
  sentTimes,
  keys,
  onward,
  access,
  audit,
  screening,
  lists,
  safeguards,
  redress,
];

/**
 * Brings the database to this version, each step in one transaction with its mark.
 * @throws StoreError `schema-newer` when the database was made by a later version of Entente.
 */
export async function migrate(engine: Engine): Promise<readonly string[]> {
  // A node whose disk is full still opens, to be read and to be told so: nothing is written when nothing is to be done.
  if (await engine.reading(({ db }) => isCurrent(engine, db))) return [];
  return engine.writing(async ({ db }) => {
    if (engine.name === "postgres") await sql`select pg_advisory_xact_lock(4919)`.execute(db);
    await sql`create table if not exists schema_migration (name text primary key)`.execute(db);
    const { rows } = await sql<{ name: string }>`select name from schema_migration`.execute(db);
    const done = new Set(rows.map((row) => row.name));
    const unknown = [...done].filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new StoreError("schema-newer", `the database holds a later schema (${unknown.join(", ")})`, {
        fix: "Start the version of Entente that last opened this database, or a later one.",
      });
    }
    const applied: string[] = [];
    for (const { name, statements } of migrations) {
      if (done.has(name)) continue;
      for (const statement of statements[engine.name]) await sql.raw(statement).execute(db);
      await sql`insert into schema_migration (name) values (${name})`.execute(db);
      applied.push(name);
    }
    return applied;
  });
}

async function isCurrent(engine: Engine, db: Tx["db"]): Promise<boolean> {
  const there = await (
    engine.name === "postgres"
      ? sql`select 1 where to_regclass('schema_migration') is not null`
      : sql`select 1 from sqlite_master where name = 'schema_migration'`
  ).execute(db);
  if (there.rows.length === 0) return false;
  const { rows } = await sql<{ name: string }>`select name from schema_migration`.execute(db);
  const done = new Set(rows.map((row) => row.name));
  return done.size === migrations.length && migrations.every(({ name }) => done.has(name));
}
