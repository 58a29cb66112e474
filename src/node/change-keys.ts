import { type Clock, type Instant, instantOf } from "#base";
import { type OfficerViewer, requirePermission } from "#access";
import { requireSettledKeys, type Revoked, type Rotation, tlsPin } from "#exchange";
import { signingKey } from "#ledger";
import { openHome, writeKeys } from "./config/home.ts";
import { currentKeys, endedKeys, makeSecrets, replaceKeys } from "./config/secrets.ts";
import type { EntenteNode } from "./open-node.ts";

const DAY_MS = 86_400_000;

/** Why the keys are replaced: as planned, with an overlap, or because somebody else may have them. */
export type KeyChange =
  | { readonly kind: "rotation"; readonly overlapDays: number }
  | { readonly kind: "revocation"; readonly reason: string };

/**
 * Makes new keys (the signing key, and with it the one for media; the link's TLS key) and puts them in the place of this
 * node's. `keys.json` comes first, since what is not on disk must not be announced; what the store then names is what signs.
 * @param passphrase of sealed keys, `null` for open ones
 */
export async function changeKeys(
  node: EntenteNode,
  actor: OfficerViewer,
  change: KeyChange,
  clock: Clock,
  passphrase: string | null,
): Promise<Rotation | readonly Revoked[]> {
  requirePermission(actor, "node.keep");
  const next = await makeSecrets(clock());
  const keys = { key: signingKey(next.signingSeed), tlsPin: tlsPin(next.linkCert) };
  const until = change.kind === "rotation" ? daysFrom(clock, change.overlapDays) : null;
  // The old keys stay in the file: if this process dies before the store has turned to the new ones, they sign on.
  const held = await openHome(node.home.folder, () => Promise.resolve(passphrase));
  const named = node.self.key.publicKey;
  const now = instantOf(clock());
  await writeKeys({ ...held, secrets: replaceKeys(held.secrets, next, until ?? now, named, now) }, passphrase);
  if (change.kind === "rotation") return node.exchange.rotateKeys(actor, keys, change.overlapDays);
  const revoked = await node.exchange.revokeOwnKeys(actor, keys, change.reason);
  await writeKeys({ ...held, secrets: { ...next, retired: [] } }, passphrase);
  return revoked;
}

/** Takes keys whose overlap is over out of the folder. @returns how many. */
export async function forgetKeys(
  node: EntenteNode,
  actor: OfficerViewer,
  clock: Clock,
  passphrase: string | null,
): Promise<number> {
  requirePermission(actor, "node.keep");
  await node.store.read(actor, (r) => requireSettledKeys(r, node.self));
  const held = await openHome(node.home.folder, () => Promise.resolve(passphrase));
  const { kept, ended } = endedKeys(held.secrets, node.self.key.publicKey, instantOf(clock()));
  if (ended.length === 0) return 0;
  const { signingSeed, linkKey, linkCert } = currentKeys(
    held.secrets,
    node.self.key.publicKey,
    instantOf(clock()),
  ).current;
  await writeKeys({ ...held, secrets: { signingSeed, linkKey, linkCert, retired: kept } }, passphrase);
  await node.store.transact(actor, (t) => t.audit.note("keys.forget", node.self.key.publicKey, { keys: ended.length }));
  return ended.length;
}

function daysFrom(clock: Clock, days: number): Instant {
  return instantOf(new Date(clock().getTime() + days * DAY_MS));
}
