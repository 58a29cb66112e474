import type { Instant } from "#base";
import type { ScreeningTables } from "../tables/screening.ts";
import { actorName, chunks, type RepoContext } from "./context.ts";

/** One name of a register. */
export interface ScreenEntry {
  readonly id: string;
  readonly register: string;
  readonly reference: string;
  readonly query: string;
  readonly digest: string;
  readonly addedAt: Instant;
  readonly addedBy: string;
  readonly screenedAt: Instant | null;
}

/**
 * `open`: nobody looked yet. `false-positive`: of the good-guys list, until either side changes. `possible`: to be looked into.
 * `proposed`: one officer takes it for a match; `confirmed`: a second one too. `passed`: a side changed, so it no longer stands.
 */
export type HitState = ScreeningTables["screen_hit"]["state"];

export interface ScreenHit {
  readonly id: string;
  readonly entry: string;
  readonly query: string;
  readonly queryDigest: string;
  readonly listKey: string;
  readonly designationId: string;
  readonly listed: string;
  readonly listedDigest: string;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly matcher: string;
  readonly foundAt: Instant;
  readonly foundBy: string;
  readonly state: HitState;
  readonly reason: string | null;
  readonly decidedAt: Instant | null;
  readonly decidedBy: string | null;
  readonly confirmedAt: Instant | null;
  readonly confirmedBy: string | null;
}

export type NewHit = Pick<
  ScreenHit,
  | "id"
  | "entry"
  | "query"
  | "queryDigest"
  | "listKey"
  | "designationId"
  | "listed"
  | "listedDigest"
  | "score"
  | "reasons"
  | "matcher"
>;

export interface ScreeningReader {
  registers(): Promise<readonly { readonly register: string; readonly entries: number }[]>;
  /** In the order of their ids, behind `after`. */
  entries(register: string, after: string, limit: number): Promise<readonly ScreenEntry[]>;
  hit(id: string): Promise<ScreenHit | null>;
  /** Newest first. */
  hits(query: { readonly states?: readonly HitState[]; readonly limit: number }): Promise<readonly ScreenHit[]>;
  hitsOf(entries: readonly string[]): Promise<readonly ScreenHit[]>;
}

export interface ScreeningWriter extends ScreeningReader {
  /** Adds an entry, or gives the one of that reference another query. @returns whether anything changed. */
  put(entry: Pick<ScreenEntry, "id" | "register" | "reference" | "query" | "digest">): Promise<boolean>;
  markScreened(entries: readonly string[]): Promise<void>;
  addHits(hits: readonly NewHit[]): Promise<void>;
  decide(id: string, state: HitState, reason: string): Promise<void>;
  confirm(id: string): Promise<void>;
  pass(ids: readonly string[]): Promise<void>;
}

export function screeningRepo({ tx, viewer, now }: RepoContext): ScreeningWriter {
  const entries = () => tx.db.selectFrom("screen_entry").selectAll();
  const hits = () => tx.db.selectFrom("screen_hit").selectAll();

  const toEntry = ({ added_at, added_by, screened_at, ...same }: ScreeningTables["screen_entry"]): ScreenEntry => ({
    ...same,
    addedAt: added_at,
    addedBy: added_by,
    screenedAt: screened_at,
  });
  const toHit = (row: ScreeningTables["screen_hit"]): ScreenHit => ({
    id: row.id,
    entry: row.entry,
    query: row.query,
    queryDigest: row.query_digest,
    listKey: row.list_key,
    designationId: row.designation_id,
    listed: row.listed,
    listedDigest: row.listed_digest,
    score: Number(row.score),
    reasons: JSON.parse(row.reasons) as string[],
    matcher: row.matcher,
    foundAt: row.found_at,
    foundBy: row.found_by,
    state: row.state,
    reason: row.reason,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    confirmedAt: row.confirmed_at,
    confirmedBy: row.confirmed_by,
  });

  return {
    async registers() {
      const rows = await tx.db
        .selectFrom("screen_entry")
        .select(({ fn }) => ["register", fn.countAll<number | string>().as("entries")])
        .groupBy("register")
        .orderBy("register")
        .execute();
      return rows.map((row) => ({ register: row.register, entries: Number(row.entries) }));
    },
    async entries(register, after, limit) {
      const rows = await entries()
        .where("register", "=", register)
        .where("id", ">", after)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
    async hit(id) {
      const row = await hits().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toHit(row);
    },
    async hits({ states, limit }) {
      let select = hits();
      if (states !== undefined) select = select.where("state", "in", [...states]);
      return (await select.orderBy("found_at", "desc").orderBy("id").limit(limit).execute()).map(toHit);
    },
    async hitsOf(ids) {
      const out: ScreenHit[] = [];
      for (const part of chunks(ids))
        out.push(...(await hits().where("entry", "in", part).orderBy("id").execute()).map(toHit));
      return out;
    },
    async put({ id, register, reference, query, digest }) {
      const held = await entries()
        .where("register", "=", register)
        .where("reference", "=", reference)
        .executeTakeFirst();
      if (held?.digest === digest) return false;
      if (held === undefined) {
        await tx.db
          .insertInto("screen_entry")
          .values({
            id,
            register,
            reference,
            query,
            digest,
            added_at: now,
            added_by: actorName(viewer),
            screened_at: null,
          })
          .execute();
      } else
        await tx.db
          .updateTable("screen_entry")
          .set({ query, digest, screened_at: null })
          .where("id", "=", held.id)
          .execute();
      return true;
    },
    async markScreened(ids) {
      for (const part of chunks(ids))
        await tx.db.updateTable("screen_entry").set({ screened_at: now }).where("id", "in", part).execute();
    },
    async addHits(found) {
      for (const part of chunks(found, 50)) {
        await tx.db
          .insertInto("screen_hit")
          .values(
            part.map((hit) => ({
              id: hit.id,
              entry: hit.entry,
              query: hit.query,
              query_digest: hit.queryDigest,
              list_key: hit.listKey,
              designation_id: hit.designationId,
              listed: hit.listed,
              listed_digest: hit.listedDigest,
              score: String(hit.score),
              reasons: JSON.stringify(hit.reasons),
              matcher: hit.matcher,
              found_at: now,
              found_by: actorName(viewer),
              state: "open" as const,
            })),
          )
          .execute();
      }
    },
    async decide(id, state, reason) {
      await tx.db
        .updateTable("screen_hit")
        .set({ state, reason, decided_at: now, decided_by: actorName(viewer), confirmed_at: null, confirmed_by: null })
        .where("id", "=", id)
        .execute();
    },
    async confirm(id) {
      await tx.db
        .updateTable("screen_hit")
        .set({ state: "confirmed", confirmed_at: now, confirmed_by: actorName(viewer) })
        .where("id", "=", id)
        .execute();
    },
    async pass(ids) {
      for (const part of chunks(ids))
        await tx.db.updateTable("screen_hit").set({ state: "passed" }).where("id", "in", part).execute();
    },
  };
}
