import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

export type EngineName = "sqlite" | "postgres";

export type SqlValue = string | number | null | Uint8Array;

/** One open transaction: Kysely for the common query, `insertMany` for the hot path that each engine does its own way. */
export interface Tx {
  readonly engine: EngineName;
  readonly db: Kysely<Database>;
  /**
   * Inserts rows and leaves out those that meet a unique key already there.
   * @returns for each row, in order, its generated key, or `null` when it was left out.
   */
  insertMany(insert: BulkInsert, rows: readonly (readonly SqlValue[])[]): Promise<(number | null)[]>;
}

export interface BulkInsert {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: "text" | "integer" | "bytes" }[];
  /** The generated key column to return, or `null` when the table has none. */
  readonly key: string | null;
}

/** What an engine must do; two implementations, one suite of tests. */
export interface Engine {
  readonly name: EngineName;
  /** A snapshot that cannot write. */
  reading<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** One serialised writer: commits when `fn` resolves, rolls back when it throws. */
  writing<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Copies the whole database into a new file while others go on writing; `null` where the engine has its own ways. */
  readonly backup: ((file: string, onProgress: (part: number) => void) => Promise<void>) | null;
  /** After a deletion: leaves as little of the old text in the engine's files as the engine can. Online. @returns false when somebody was reading; try again. */
  scrub(): Promise<boolean>;
  close(): Promise<void>;
}
