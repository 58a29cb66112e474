import type { BulkInsert } from "../engine/engine.ts";
import { StoreError } from "../errors.ts";
import type { RepoContext } from "./context.ts";

// The first two columns name a row within one log: that is what the engines ask of a bulk insert.
const INSERT: BulkInsert = {
  table: "tree_node",
  key: null,
  columns: [
    { name: "position", type: "integer" },
    { name: "level", type: "integer" },
    { name: "log", type: "text" },
    { name: "hash", type: "bytes" },
  ],
};

/** The hashes of logs: what the ledger's storage port asks for, inside one transaction. */
export interface TreeReader {
  get(log: string, level: number, position: number): Promise<Uint8Array | null>;
  /** `count` hashes of a level from `position` on, in order; fewer where the log ends. */
  row(log: string, level: number, position: number, count: number): Promise<readonly Uint8Array[]>;
  size(log: string): Promise<number>;
  /** The last signed checkpoint of this log, as a note. */
  checkpoint(log: string): Promise<string | null>;
}

export interface TreeWriter extends TreeReader {
  /** Keeps hashes at places that are still empty. @throws StoreError `place-taken` when one is not. */
  putAll(
    log: string,
    nodes: readonly { readonly level: number; readonly position: number; readonly hash: Uint8Array }[],
  ): Promise<void>;
  setSize(log: string, size: number): Promise<void>;
  setCheckpoint(log: string, note: string): Promise<void>;
}

export function treeRepo({ tx }: RepoContext): TreeWriter {
  return {
    async get(log, level, position) {
      const row = await tx.db
        .selectFrom("tree_node")
        .select("hash")
        .where("log", "=", log)
        .where("level", "=", level)
        .where("position", "=", position)
        .executeTakeFirst();
      return row === undefined ? null : new Uint8Array(row.hash);
    },
    async row(log, level, position, count) {
      const rows = await tx.db
        .selectFrom("tree_node")
        .select("hash")
        .where("log", "=", log)
        .where("level", "=", level)
        .where("position", ">=", position)
        .where("position", "<", position + count)
        .orderBy("position")
        .execute();
      return rows.map(({ hash }) => new Uint8Array(hash));
    },
    async size(log) {
      const row = await tx.db.selectFrom("tree").select("size").where("log", "=", log).executeTakeFirst();
      return row?.size ?? 0;
    },
    async checkpoint(log) {
      const row = await tx.db.selectFrom("tree").select("checkpoint").where("log", "=", log).executeTakeFirst();
      return row?.checkpoint ?? null;
    },
    async putAll(log, nodes) {
      const kept = await tx.insertMany(
        INSERT,
        nodes.map(({ level, position, hash }) => [position, level, log, hash]),
      );
      if (kept.includes(null)) throw new StoreError("place-taken", `${log} holds an entry there already`);
    },
    async setSize(log, size) {
      await tx.db
        .insertInto("tree")
        .values({ log, size, checkpoint: null })
        .onConflict((conflict) => conflict.column("log").doUpdateSet({ size }))
        .execute();
    },
    async setCheckpoint(log, checkpoint) {
      await tx.db.updateTable("tree").set({ checkpoint }).where("log", "=", log).execute();
    },
  };
}
