import { sql } from "kysely";
import { type Instant, toHex } from "#base";
import type { PartyId } from "#policy";
import { chunks, nextEpoch, type RepoContext } from "./context.ts";

/** Whose record it is, and by which `channel#sequence` it came. */
export interface Origin {
  readonly owner: PartyId;
  readonly source: string;
}

/** A version whose text is gone: what is left of it. */
export interface ErasedRecord {
  readonly id: string;
  readonly version: Instant;
  readonly owner: PartyId;
  readonly sha256: string;
}

/** How records end: taken back, or past their time. What is told of them here says nothing of what was in them. */
export interface RecordEnds {
  /** Of these ids, those that are partners' records here: whose, and how the newest came. */
  cameFrom(ids: readonly string[]): Promise<ReadonlyMap<string, Origin>>;
  /** Partners' versions that are held past the time for which they were given, whoever may see them. */
  overdue(limit: number, from?: number): Promise<readonly (ErasedRecord & { readonly seq: number })[]>;
  /** Removes the text of every version and keeps its hash. @returns the versions that lost their text. */
  withdraw(id: string, owner: PartyId): Promise<readonly ErasedRecord[]>;
  /** The same for one version whose time is over. */
  expire(id: string, version: Instant): Promise<readonly ErasedRecord[]>;
}

export function recordEnds(context: RepoContext): RecordEnds {
  /** Of every viewer's: deletion does not depend on who may read. */
  function held() {
    return context.tx.db
      .selectFrom("record")
      .innerJoin("label", "label.id", "record.label")
      .select(["record.seq", "record.id", "record.version", "record.names", "record.sha256", "label.owner"])
      .where("record.state", "=", "held");
  }

  function toErased({
    seq,
    id,
    version,
    owner,
    sha256,
  }: Awaited<ReturnType<ReturnType<typeof held>["execute"]>>[number]) {
    return { seq, id, version, owner, sha256: toHex(sha256) };
  }

  async function erase(
    state: "withdrawn" | "expired",
    which: (select: ReturnType<typeof held>) => ReturnType<typeof held>,
  ): Promise<readonly ErasedRecord[]> {
    const { db, engine } = context.tx;
    const rows = await which(held()).execute();
    if (rows.length > 0) await nextEpoch(context.tx);
    for (const { seq, names } of rows) {
      if (engine === "sqlite" && names !== "") {
        await sql`insert into record_names (record_names, rowid, names) values ('delete', ${seq}, ${names})`.execute(
          db,
        );
      }
      await db.updateTable("record").set({ state, text: "", names: "", title: "" }).where("seq", "=", seq).execute();
    }
    for (const id of new Set(rows.map((row) => row.id))) {
      if ((await held().where("record.id", "=", id).executeTakeFirst()) === undefined)
        await db.deleteFrom("edge").where("from_id", "=", id).execute();
    }
    return rows.map(toErased);
  }

  return {
    withdraw: (id, owner) =>
      erase("withdrawn", (select) => select.where("record.id", "=", id).where("label.owner", "=", owner)),
    expire: (id, version) =>
      erase("expired", (select) => select.where("record.id", "=", id).where("record.version", "=", version)),
    async cameFrom(ids) {
      const found = new Map<string, Origin>();
      for (const part of chunks([...new Set(ids)])) {
        const rows = await context.tx.db
          .selectFrom("record")
          .innerJoin("label", "label.id", "record.label")
          .select(["record.id", "record.source", "label.owner"])
          .where("record.id", "in", part)
          .where("label.owner", "!=", context.party)
          .orderBy("record.version")
          .execute();
        for (const { id, owner, source } of rows) found.set(id, { owner, source });
      }
      return found;
    },
    async overdue(limit, from = 0) {
      const rows = await held()
        .where("label.owner", "!=", context.party)
        .where("label.expires", "<=", context.now)
        .where("record.seq", ">", from)
        .orderBy("record.seq")
        .limit(limit)
        .execute();
      return rows.map(toErased);
    },
  };
}
