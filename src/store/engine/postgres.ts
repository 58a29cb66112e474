import { CompiledQuery, Kysely, PostgresDialect, sql, type Dialect } from "kysely";
import pg from "pg";
import type { Database } from "../database.ts";
import type { BulkInsert, Engine, SqlValue, Tx } from "./engine.ts";

const INT8 = 20;

/** Opens a PostgreSQL database by its connection string. The pool's size bounds this process's share of the server. */
export function openPostgres(url: string, options: { readonly connections?: number } = {}): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 8,
    types: {
      // Counts and sequences stay far below 2^53, and SQLite gives numbers too.
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
    },
  });
  // A broken idle connection is replaced at its next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  return postgresEngine(new PostgresDialect({ pool }));
}

/** The engine over any Kysely dialect that speaks PostgreSQL (a server, or PGlite in unit tests). */
export function postgresEngine(dialect: Dialect): Engine {
  const kysely = new Kysely<Database>({ dialect });
  const run = <T>(begin: string, fn: (tx: Tx) => Promise<T>): Promise<T> =>
    kysely.connection().execute(async (db) => {
      await sql.raw(begin).execute(db);
      try {
        const result = await fn({
          engine: "postgres",
          db,
          insertMany: (insert, rows) => insertUnnested(db, insert, rows),
        });
        await sql.raw("commit").execute(db);
        return result;
      } catch (error) {
        await sql.raw("rollback").execute(db);
        throw error;
      }
    });
  return {
    name: "postgres",
    backup: null,
    reading: (fn) => run("begin isolation level repeatable read read only", fn),
    writing: (fn) => run("begin", fn),
    scrub: () =>
      kysely.connection().execute(async (db) => {
        // Frees the old versions of the rows; the pages themselves are written over as they are used again.
        await sql.raw("vacuum record, inbound, outbound").execute(db);
        return true;
      }),
    close: () => kysely.destroy(),
  };
}

const ARRAY_TYPE = { text: "text[]", integer: "bigint[]", bytes: "bytea[]" } as const;

async function insertUnnested(
  db: Kysely<Database>,
  insert: BulkInsert,
  rows: readonly (readonly SqlValue[])[],
): Promise<(number | null)[]> {
  if (rows.length === 0) return [];
  const names = insert.columns.map((column) => column.name);
  const arrays = insert.columns.map((column, at) =>
    rows.map((row) => {
      const value = row[at] ?? null;
      return column.type === "bytes" && value instanceof Uint8Array ? Buffer.from(value) : value;
    }),
  );
  const casts = insert.columns.map((column, at) => `$${at + 1}::${ARRAY_TYPE[column.type]}`);
  const text =
    `with given as (select * from unnest(${casts.join(", ")}) with ordinality as g(${names.join(", ")}, place)), ` +
    `kept as (insert into ${insert.table} (${names.join(", ")}) select ${names.join(", ")} from given order by place ` +
    `on conflict do nothing returning ${insert.key ?? "1"} as key, ${names.slice(0, 2).join(", ")}) ` +
    `select g.place, k.key from given g join kept k using (${names.slice(0, 2).join(", ")})`;
  const { rows: kept } = await db.executeQuery<{ place: number; key: number }>(CompiledQuery.raw(text, arrays));
  const keys: (number | null)[] = rows.map(() => null);
  // Two equal rows in one batch meet the same kept row: the first of them was the one inserted.
  const seen = new Set<number>();
  for (const row of kept.toSorted((a, b) => a.place - b.place)) {
    if (seen.has(row.key) && insert.key !== null) continue;
    seen.add(row.key);
    keys[row.place - 1] = row.key;
  }
  return keys;
}
