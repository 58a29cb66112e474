import { type Instant, parseInstant } from "#base";
import { openEnvelope, PARCEL_TYPE } from "./dsse.ts";
import type { Evidence, ProvenParcel } from "./evidence-format.ts";
import { LedgerError } from "./errors.ts";
import { type KeyPeriod, openPeriod } from "./key-period.ts";
import { raw32 } from "./keys.ts";
import type { ParcelOf } from "./parcel.ts";

/** A key that a checker holds from elsewhere; `until`: it is known to have been revoked then. */
export interface KnownKey {
  readonly key: string;
  readonly until?: Instant;
}

/** Party id → the keys of it that the checker holds (base64 of 32 bytes): one, or several of different times. */
export type TrustedKeys = Readonly<Record<string, string | readonly (string | KnownKey)[]>>;

/** @returns what the checker holds of one party. */
export function knownKeys(trusted: TrustedKeys, party: string): readonly KnownKey[] {
  const held = Object.hasOwn(trusted, party) ? trusted[party] : undefined;
  if (held === undefined) return [];
  return (typeof held === "string" ? [held] : held).map((one) => (typeof one === "string" ? { key: one } : one));
}

/**
 * The keys of both parties as the bundle claims them, held against those that the checker has: of each party one of its keys
 * must be held, the others are linked to it by the key changes, which `proveKeyChanges` looks at.
 * @throws LedgerError `evidence-key`, `evidence-malformed`, `key-malformed`.
 */
export function claimedKeys(evidence: Evidence, trusted: TrustedKeys): ReadonlyMap<string, readonly KeyPeriod[]> {
  const parties = new Map<string, readonly KeyPeriod[]>();
  if (new Set(evidence.parties.map(({ id }) => id)).size !== 2)
    throw new LedgerError("evidence-malformed", "the two parties are one");
  const seen = new Set<string>();
  for (const { id, key, keys } of evidence.parties) {
    const periods = keys ?? [openPeriod(key, evidence.made)];
    checkChain(id, key, periods);
    for (const period of periods) {
      raw32(period.key);
      if (seen.has(period.key)) throw new LedgerError("evidence-key", "one key stands twice among the parties' keys");
      seen.add(period.key);
    }
    parties.set(id, judgedPeriods(id, periods, trusted));
  }
  return parties;
}

/** Each key but the last was replaced by the next one; the first signs from the log's beginning. */
function checkChain(party: string, current: string, periods: readonly KeyPeriod[]): void {
  const bad = (message: string) => new LedgerError("evidence-key", `the keys of ${party}: ${message}`);
  for (const [n, { first, last, until, ended }] of periods.entries()) {
    const before = periods[n - 1];
    if (first !== (before === undefined ? 0 : (before.last ?? -1) + 1))
      throw bad("one does not begin where the other ended");
    if (n < periods.length - 1 !== (ended === "rotated")) throw bad("each but the last was replaced by the next");
    if ((ended === null) !== (until === null) || (ended === null) !== (last === null))
      throw bad("a key ends with a date and a place, or not at all");
    if (until !== null && parseInstant(until) !== until) throw bad("a date has another form");
  }
  if (periods.at(-1)?.key !== current) throw bad("the last is not the one that the file names");
}

function judgedPeriods(party: string, periods: readonly KeyPeriod[], trusted: TrustedKeys): readonly KeyPeriod[] {
  if (Object.keys(trusted).length === 0) return periods;
  const known = knownKeys(trusted, party);
  if (known.length === 0) throw new LedgerError("evidence-key", `no key was given for ${party}`);
  if (!known.some(({ key }) => periods.some((period) => period.key === key)))
    throw new LedgerError("evidence-key", `the file names another key for ${party} than the one given`);
  return periods.map((period) => {
    const until = known.find(({ key }) => key === period.key)?.until;
    if (until === undefined || (period.until !== null && period.until < until && period.ended === "revoked"))
      return period;
    return { ...period, until, ended: "revoked" };
  });
}

/**
 * Holds the claimed periods against the key changes that the senders' own logs hold: each is signed by the old key and by the
 * new one, so that whoever holds either knows the other.
 * @param open judges one proven parcel as it does any other of the bundle
 * @throws LedgerError `evidence-key`, or what `open` throws.
 */
export function proveKeyChanges(
  evidence: Evidence,
  claimed: ReadonlyMap<string, readonly KeyPeriod[]>,
  open: (item: ProvenParcel) => ParcelOf<"key-change">,
): void {
  const proven = new Set<KeyPeriod>();
  for (const item of evidence.keyChanges ?? []) {
    const { from, sequence, sent, body } = open(item);
    const periods = claimed.get(from) ?? [];
    const at = periods.findIndex((period, n) => period.last === sequence && n < periods.length - 1);
    const [old, next] = [periods[at], periods[at + 1]];
    if (
      old === undefined ||
      next === undefined ||
      proven.has(next) ||
      old.key !== body.previous ||
      next.key !== body.key ||
      next.from !== sent ||
      (old.ended === "rotated" && old.until !== body.overlapUntil)
    ) {
      throw new LedgerError(
        "evidence-key",
        `a key change of ${from} is not the one that the file's list of keys tells of`,
      );
    }
    for (const key of [old.key, next.key]) openEnvelope(item.envelope, PARCEL_TYPE, [key]);
    proven.add(next);
  }
  for (const [party, periods] of claimed) {
    if (periods.slice(1).some((period) => !proven.has(period)))
      throw new LedgerError("evidence-key", `a change of the keys of ${party} is not proven`);
  }
}
