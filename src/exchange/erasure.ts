import { type Clock, type Instant, instantOf, utf8 } from "#base";
import type { ParcelOf } from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Copy, ErasedRecord, Reader, Store, Transactor } from "#store";
import { keepIncident } from "./incident.ts";
import { canSign } from "./key-ring.ts";
import { reportCopies } from "./onward.ts";
import { post } from "./outbox.ts";
import type { Self } from "./self.ts";

/**
 * Deletion at the one who was given a record: when its time is over, or its originator took it back. The text goes from the
 * store, from search, and from the envelopes in which it came and went on; a parcel that carried several records loses its
 * text with the first of them, and keeps its hash, its salt and its leaf, so that both logs verify as before. The originator
 * keeps its own outbox: the record is its own, and the evidence of the release is made from there.
 */
export interface ErasureDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  /** The one place at which a duty to keep stands against deletion; without it nothing is held. */
  readonly legalHold?: LegalHold;
}

/** @returns why this record must be kept, or `null`. */
export type LegalHold = (r: Reader, recordId: string) => Promise<string | null>;

export const noHold: LegalHold = () => Promise.resolve(null);

export interface Expired {
  readonly records: number;
  readonly envelopes: number;
  readonly held: number;
}

const PAGE = 200;

/** Deletes what is held past its time and tells its givers. The caller scrubs the store afterwards. */
export async function expireDue(deps: ErasureDeps): Promise<Expired> {
  const { store, self } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "expiry", may: ["read"] };
  const sum = { records: 0, envelopes: 0, held: 0 };
  let after: number | null = 0;
  while (after !== null) {
    const from: number = after;
    const page = await store.transact(job, (t) => expirePage(t, deps, from));
    sum.records += page.records;
    sum.envelopes += page.envelopes;
    sum.held += page.held;
    after = page.next;
  }
  return sum;
}

async function expirePage(
  t: Transactor,
  { self, clock, legalHold = noHold }: ErasureDeps,
  after: number,
): Promise<Expired & { readonly next: number | null }> {
  const now = instantOf(clock());
  const due = await t.records.overdue(PAGE, after);
  const gone: ErasedRecord[] = [];
  let held = 0;
  for (const { id, version } of due) {
    if ((await legalHold(t, id)) === null) gone.push(...(await t.records.expire(id, version)));
    else held++;
  }
  const envelopes = await eraseEnvelopes(
    t,
    gone.map(({ id }) => id),
  );
  const channels = await t.channels.list();
  for (const owner of [...new Set(gone.map((record) => record.owner))].toSorted()) {
    const channel =
      channels.find((item) => item.partner === owner && item.state === "active") ??
      channels.find((item) => item.partner === owner);
    if (channel === undefined) continue;
    const records = gone
      .filter((record) => record.owner === owner)
      .map(({ id, version, sha256 }) => ({ id, version, sha256, cause: "expired" as const, at: now }));
    // What is due goes, whether or not its giver can be told.
    if (!(await canSign(t, self, channel, now))) {
      await t.audit.note("deletion.untold", channel.id, { records: records.length });
      continue;
    }
    await post(t, self, channel, { kind: "deletion", body: { records } }, null, now);
  }
  for (const { id } of gone) await t.audit.note("record.expired", id);
  const next = due.length < PAGE ? null : (due.at(-1)?.seq ?? null);
  return { records: gone.length, envelopes, held, next };
}

/**
 * Takes these records' texts out of every parcel that carries them, or only out of those received on one channel.
 * @returns how many parcels lost their text.
 */
export async function eraseEnvelopes(
  t: Transactor,
  recordIds: readonly string[],
  receivedOn: string | null = null,
): Promise<number> {
  let erased = 0;
  for (const id of new Set(recordIds)) {
    for (const parcel of await t.onward.parcelsCarrying(id)) {
      if (receivedOn !== null && (parcel.side !== "in" || parcel.channel !== receivedOn)) continue;
      if (await t.onward.eraseParcel(parcel)) erased++;
    }
  }
  return erased;
}

/** A partner says that our text is gone there. Its hash must be that of what was given. */
export async function applyDeletion(
  t: Transactor,
  self: Self,
  channel: Channel,
  parcel: ParcelOf<"deletion">,
  now: Instant,
): Promise<void> {
  const changed: Copy[] = [];
  for (const { id, version, sha256, at } of parcel.body.records) {
    const copy = (await t.releases.copiesOf(id)).find(
      (held) => held.party === channel.partner && held.version === version,
    );
    const own = await t.records.get(id, version);
    if (copy === undefined || (own !== null && own.sha256 !== sha256)) {
      await keepIncident(t, {
        channel: channel.id,
        code: "deletion-unknown",
        message: `${channel.partnerName} says that it deleted what it was not given, or another text than it was given`,
        evidence: utf8(JSON.stringify({ id, version, sha256 })),
        at: now,
      });
      continue;
    }
    const deleted: Copy = { ...copy, state: "deleted", updatedAt: at };
    await t.releases.saveCopy(deleted);
    changed.push(deleted);
  }
  await reportCopies(t, self, changed, now);
}
