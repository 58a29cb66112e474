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

/** Splits a list so that no statement meets an engine's limit on parameters. */
export function chunks<T>(items: readonly T[], size = 500): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}
