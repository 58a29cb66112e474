import { type Permission, requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { Store, Transactor } from "#store";
import { SafeguardError } from "./errors.ts";

/** One transaction of an officer who holds the permission. */
export async function allowed<T>(
  store: Store,
  actor: Viewer,
  permission: Permission,
  fn: (t: Transactor) => Promise<T>,
): Promise<T> {
  requirePermission(actor, permission);
  return store.transact(actor, fn);
}

export function officerOf(actor: Viewer): string {
  if (actor.kind !== "officer") throw new SafeguardError("release-invalid", "only an officer drafts and decides");
  return actor.officer;
}
