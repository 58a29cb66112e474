import type { Instant } from "#base";
import { LedgerError } from "./errors.ts";

/**
 * A key of a party in one channel, and how far its word goes. Places in the party's own log decide wherever they can: a
 * date is only its writer's word. `last` is the place of the parcel that announced the next key.
 */
export interface KeyPeriod {
  /** Ed25519, base64 of 32 bytes. */
  readonly key: string;
  readonly from: Instant;
  /** The place of the first parcel that it may sign. */
  readonly first: number;
  /** Rotated: until when it may still sign beside the next key. Revoked: when trust in it ended. `null`: in force. */
  readonly until: Instant | null;
  readonly last: number | null;
  readonly ended: "rotated" | "revoked" | null;
}

/** A key that a party had from the start of its log, and still has. */
export function openPeriod(key: string, from: Instant): KeyPeriod {
  return { key, from, first: 0, until: null, last: null, ended: null };
}

/**
 * Whether a key could sign the parcel at `place`. Up to its last place always, since that is history; after it only a rotated
 * one, by a parcel dated inside the overlap.
 * @throws LedgerError `key-early`, `key-expired` or `key-revoked`.
 */
export function requireKeyAt({ first, last, until, ended }: KeyPeriod, place: number, sent: Instant): void {
  if (place < first) throw new LedgerError("key-early", `the key signs from place ${first} on, not place ${place}`);
  if (ended === null || (last !== null && place <= last)) return;
  if (ended === "revoked" && last === null && until !== null && sent <= until) return;
  if (ended === "revoked")
    throw new LedgerError("key-revoked", `the key was revoked on ${until ?? "an unknown day"}, before this parcel`);
  if (until === null || sent > until)
    throw new LedgerError("key-expired", `the key was replaced, and its overlap ended on ${until ?? "an unknown day"}`);
}

/**
 * Whether a checkpoint of `size` entries that this key signed counts. What a key that has ended signed about the past needs a
 * date that is not its own: a cosignature of another party. A stolen key can sign any past but cannot have it cosigned then.
 * @param cosignedAt when another party first cosigned it, `null` when none did
 * @throws LedgerError `key-expired` or `key-revoked`.
 */
export function requireKeyOver({ last, until, ended }: KeyPeriod, size: number, cosignedAt: Instant | null): void {
  if (ended === null || (ended === "rotated" && last !== null && size <= last + 1)) return;
  const inTime = cosignedAt !== null && until !== null && cosignedAt <= until;
  if (inTime && (ended === "rotated" || last === null || size <= last + 1)) return;
  throw new LedgerError(
    ended === "revoked" ? "key-revoked" : "key-expired",
    `the checkpoint is signed by a key that ended on ${until ?? "an unknown day"}, and nobody cosigned it before`,
  );
}

/** Whether a key may sign something new at `now`. */
export function isInForce({ until, ended }: KeyPeriod, now: Instant): boolean {
  return ended === null || (ended === "rotated" && until !== null && now <= until);
}
