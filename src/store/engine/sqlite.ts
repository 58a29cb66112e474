import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect, sql, type SqliteDatabase, type SqliteStatement } from "kysely";
import type { Database } from "../database.ts";
import type { BulkInsert, Engine, SqlValue, Tx } from "./engine.ts";

const BUSY_TIMEOUT_MS = 15_000;
const MAX_CACHED_STATEMENTS = 500;

const PAGE_BYTES = 8192;

/**
 * Opens (and makes) a SQLite file. `:memory:` is one connection for reads and writes, for tests.
 * @param maxBytes the file does not grow beyond it: a write that would fails as on a full disk
 */
export function openSqlite(file: string, maxBytes?: number): Engine {
  const writer = connect(file, true, maxBytes);
  const reader = file === ":memory:" ? writer : connect(file, false);
  return {
    name: "sqlite",
    reading: (fn) => reader.run(reader === writer ? "begin immediate" : "begin", fn),
    writing: (fn) => writer.run("begin immediate", fn),
    async backup(target, onProgress) {
      const source = new DatabaseSync(file, { readOnly: true });
      try {
        const rate = 2000;
        await backup(source, target, {
          rate,
          progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / Math.max(totalPages, 1)),
        });
      } finally {
        source.close();
      }
    },
    scrub: () => writer.scrub(),
    async close() {
      await writer.close();
      if (reader !== writer) await reader.close();
    },
  };
}

interface Connection {
  run<T>(begin: string, fn: (tx: Tx) => Promise<T>): Promise<T>;
  scrub(): Promise<boolean>;
  close(): Promise<void>;
}

function connect(file: string, writable: boolean, maxBytes?: number): Connection {
  const native = new DatabaseSync(file);
  native.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma page_size = ${PAGE_BYTES}; pragma journal_mode = wal;
    pragma synchronous = full; pragma wal_autocheckpoint = 8192; pragma foreign_keys = on; pragma mmap_size = 67108864;
    pragma cache_size = -32768; pragma temp_store = memory; pragma secure_delete = on;`);
  if (!writable) native.exec("pragma query_only = on");
  if (maxBytes !== undefined) native.exec(`pragma max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
  const statements = statementCache(native);
  const kysely = new Kysely<Database>({ dialect: new SqliteDialect({ database: shim(native, statements) }) });

  return {
    run(begin, fn) {
      return kysely.connection().execute(async (db) => {
        await sql.raw(begin).execute(db);
        try {
          const result = await fn({
            engine: "sqlite",
            db,
            insertMany: (insert, rows) => Promise.resolve(insertEach(statements, insert, rows)),
          });
          await sql.raw("commit").execute(db);
          return result;
        } catch (error) {
          // SQLite has already ended the transaction after some failures (a full disk, for one).
          if (native.isTransaction) await sql.raw("rollback").execute(db);
          throw error;
        }
      });
    },
    scrub: () =>
      kysely.connection().execute(async (db) => {
        // Cuts the log, with its old images of pages, to nothing. It never waits for a reader, who may be of this very process.
        await sql.raw("pragma busy_timeout = 0").execute(db);
        try {
          const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
          return rows[0]?.busy === 0;
        } finally {
          await sql.raw(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`).execute(db);
        }
      }),
    async close() {
      await kysely.destroy();
      if (native.isOpen) native.close();
    },
  };
}

type Statements = (text: string) => StatementSync;

/** A prepared statement costs more than a point read, so they are kept. */
function statementCache(native: DatabaseSync): Statements {
  const kept = new Map<string, StatementSync>();
  return (text) => {
    let statement = kept.get(text);
    if (statement === undefined) {
      if (kept.size >= MAX_CACHED_STATEMENTS) kept.clear();
      statement = native.prepare(text);
      kept.set(text, statement);
    }
    return statement;
  };
}

function shim(native: DatabaseSync, statements: Statements): SqliteDatabase {
  return {
    close: () => native.close(),
    prepare(text): SqliteStatement {
      const statement = statements(text);
      const values = (parameters: readonly unknown[]) => parameters as SqlValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
      };
    },
  };
}

function insertEach(
  statements: Statements,
  insert: BulkInsert,
  rows: readonly (readonly SqlValue[])[],
): (number | null)[] {
  const names = insert.columns.map((column) => column.name);
  const statement = statements(
    `insert into ${insert.table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")}) on conflict do nothing`,
  );
  return rows.map((row) => {
    const { changes, lastInsertRowid } = statement.run(...row);
    return Number(changes) === 0 ? null : Number(lastInsertRowid);
  });
}
