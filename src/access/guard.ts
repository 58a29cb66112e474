import { type Clock, instantOf, sha256Hex } from "#base";
import type { Transactor } from "#store";
import { AccessError } from "./errors.ts";

/** Where a sign-in comes from. Empty where it is not known: in process. */
export interface Whence {
  readonly address: string;
  readonly agent: string;
}

export const NOWHERE: Whence = { address: "", agent: "" };

/** An office behind one address shares its tries; one officer does not need many. */
const TRIES = { officer: 5, address: 20 } as const;
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3600;
/** After so long without a failure the count starts anew. */
const FORGOTTEN_HOURS = 24;

/**
 * Who is tried. An address that names nobody is counted as one that does, so that the lock tells nothing of who is here;
 * only a hash of it is kept.
 */
export const subjects = (whence: Whence, email?: string): readonly string[] => [
  ...(email === undefined ? [] : [`officer:${sha256Hex(email.trim().toLowerCase())}`]),
  ...(whence.address === "" ? [] : [`address:${whence.address}`]),
];

/**
 * One guarded try to sign in, inside one transaction, so that many at once are counted one after another.
 * @returns what `attempt` gives; `null` from it is a failure and counts.
 * @throws AccessError `sign-in-locked` before the attempt is made while a subject is locked.
 */
export async function guarded<T>(
  t: Transactor,
  clock: Clock,
  who: readonly string[],
  attempt: () => Promise<T | null>,
): Promise<T | null> {
  const now = clock();
  for (const subject of who) {
    await t.settings.lock(subject);
    const until = (await t.credentials.guard(subject))?.lockedUntil ?? null;
    if (until === null || until <= instantOf(now)) continue;
    const seconds = Math.ceil((Date.parse(until) - now.getTime()) / 1000);
    throw new AccessError("sign-in-locked", "too many tries failed; signing in this way rests for a while", {
      fix: `Try again in ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}. A passkey is not locked by tries at recovery codes.`,
      detail: { retryAfter: seconds },
    });
  }
  const result = await attempt();
  for (const subject of who) {
    if (result === null) await count(t, now, subject);
    // Whoever signs in shows nothing of the other tries from the same address.
    else if (subject.startsWith("officer:")) await t.credentials.clearGuard(subject);
  }
  return result;
}

async function count(t: Transactor, now: Date, subject: string): Promise<void> {
  const before = await t.credentials.guard(subject);
  const old = before === null || now.getTime() - Date.parse(before.lastAt) > FORGOTTEN_HOURS * 3_600_000;
  const failures = (old ? 0 : before.failures) + 1;
  const over = failures - (subject.startsWith("officer:") ? TRIES.officer : TRIES.address);
  const seconds = Math.min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2 ** Math.min(over, 20));
  await t.credentials.setGuard(subject, {
    failures,
    lastAt: instantOf(now),
    lockedUntil: over < 0 ? null : instantOf(new Date(now.getTime() + seconds * 1000)),
  });
}
