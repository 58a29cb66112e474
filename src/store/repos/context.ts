import { sql } from "kysely";
import type { Instant } from "#base";
import type { Action, Context, PartyId, Viewer } from "#policy";
import type { Tx } from "../engine/engine.ts";

/** What every repository of one transaction shares. `tx` throws once the transaction is over. */
export interface RepoContext {
  readonly tx: Tx;
  readonly viewer: Viewer;
  readonly party: PartyId;
  readonly now: Instant;
  policyContext(extra?: Partial<Context>): Context;
}

/** Who did it, in the audit's words: one short, stable text. */
export function actorName(viewer: Viewer): string {
  switch (viewer.kind) {
    case "officer":
      return viewer.officer;
    case "partner":
      return viewer.party;
    case "job":
      return `job:${viewer.name}`;
  }
}

/** The action a page is read under: a partner receives what an officer reads. */
export function readAction(viewer: Viewer): Action {
  return viewer.kind === "partner" ? "receive" : "read";
}

/**
 * On PostgreSQL sequences are handed out before commit, and a reader's cursor must not pass a row still in flight: whoever
 * adds records, or changes what a page shows, is the only one until its transaction ends. Taken before any row of theirs.
 */
export async function lockRecords({ engine, db }: Tx): Promise<void> {
  if (engine === "postgres") await sql`select pg_advisory_xact_lock(4920)`.execute(db);
}

/** Says that a page given before may be another now. Whoever keeps pages asks for the epoch they were made in. */
export async function nextEpoch(tx: Tx): Promise<void> {
  await lockRecords(tx);
  await tx.db
    .updateTable("record_epoch")
    .set((eb) => ({ n: eb("n", "+", 1) }))
    .execute();
}

/** Splits a list so that no statement meets an engine's limit on parameters. */
export function chunks<T>(items: readonly T[], size = 500): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}
