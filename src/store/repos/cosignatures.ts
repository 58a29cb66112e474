import type { Instant } from "#base";
import type { RepoContext } from "./context.ts";

/** A cosignature on the checkpoint of `log` at `size`. */
export interface StoredCosignature {
  readonly log: string;
  readonly size: number;
  readonly cosigner: string;
  /** The note's signature line, with its newline. */
  readonly line: string;
  readonly at: Instant;
}

/** The last checkpoint of another's log that this node cosigned as its witness. */
export interface Witnessed {
  readonly origin: string;
  readonly size: number;
  /** The signed note. */
  readonly checkpoint: string;
  readonly at: Instant;
}

export interface CosignatureReader {
  /** All of one checkpoint, in the cosigners' order. */
  of(log: string, size: number): Promise<readonly StoredCosignature[]>;
  /** The largest cosigned size from `from` on, by anyone or by `cosigner`; `null` when there is none. */
  largest(log: string, query?: { readonly from?: number; readonly cosigner?: string }): Promise<number | null>;
  witnessed(origin: string): Promise<Witnessed | null>;
}

export interface CosignatureWriter extends CosignatureReader {
  /** Keeps the first of a cosigner on a checkpoint; a later one says nothing new. */
  add(cosignature: StoredCosignature): Promise<void>;
  setWitnessed(witnessed: Witnessed): Promise<void>;
}

export function cosignatureRepo({ tx }: RepoContext): CosignatureWriter {
  return {
    of: (log, size) =>
      tx.db
        .selectFrom("cosignature")
        .selectAll()
        .where("log", "=", log)
        .where("size", "=", size)
        .orderBy("cosigner")
        .execute(),
    async largest(log, { from = 0, cosigner } = {}) {
      let select = tx.db.selectFrom("cosignature").select("size").where("log", "=", log).where("size", ">=", from);
      if (cosigner !== undefined) select = select.where("cosigner", "=", cosigner);
      const row = await select.orderBy("size", "desc").limit(1).executeTakeFirst();
      return row?.size ?? null;
    },
    async witnessed(origin) {
      const row = await tx.db.selectFrom("witnessed").selectAll().where("origin", "=", origin).executeTakeFirst();
      return row ?? null;
    },
    async add(cosignature) {
      await tx.db
        .insertInto("cosignature")
        .values(cosignature)
        .onConflict((conflict) => conflict.columns(["log", "cosigner", "size"]).doNothing())
        .execute();
    },
    async setWitnessed(witnessed) {
      const { size, checkpoint, at } = witnessed;
      await tx.db
        .insertInto("witnessed")
        .values(witnessed)
        .onConflict((conflict) => conflict.column("origin").doUpdateSet({ size, checkpoint, at }))
        .execute();
    },
  };
}
