import { assertNever, type Clock, type Instant } from "#base";
import type { Parcel, ParcelOf, ReleaseBody } from "#ledger";
import type { TypeRegistry } from "#stix";
import type { Channel, Transactor } from "#store";
import { applyReceipt } from "./apply-receipt.ts";
import { applyRecall, applyRecords, type RecordResult } from "./apply-records.ts";
import { applyConsent, applyConsentRequest } from "./apply-consents.ts";
import { createDepartures } from "./departures.ts";
import { applyDeletion, type LegalHold } from "./erasure.ts";
import { applyFairReceipt, applyOffer, openWithKey } from "./fair.ts";
import { applyKeyChange } from "./key-change.ts";
import { applyOnward, followCorrection, followRecall, reportCopies } from "./onward.ts";
import type { Self } from "./self.ts";
import { applySuccession } from "./succession.ts";

export interface ApplyDeps {
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  readonly legalHold?: LegalHold;
}

export interface Applied {
  /** What the inbox shows. */
  readonly summary: object;
  readonly subject: string | null;
  /** `null`: nothing to receipt. */
  readonly results: RecordResult[] | null;
}

/** The text that was signed, and its SHA-256 (lower-case hex). */
interface Sealed {
  readonly envelope: string;
  readonly hash: string;
}

/** Does what a parcel says, in the transaction that logs it. It has been judged: signed by the partner, at its place. */
export async function apply(
  t: Transactor,
  deps: ApplyDeps,
  channel: Channel,
  parcel: Parcel,
  { envelope, hash }: Sealed,
  now: Instant,
): Promise<Applied> {
  const { self } = deps;
  const told = (summary: object, subject: string | null = null): Applied => ({ summary, subject, results: null });
  switch (parcel.kind) {
    case "hello":
      return told({ name: parcel.body.name });
    case "key-change":
      await applyKeyChange(t, channel, parcel, envelope, self);
      return told({ key: parcel.body.key, until: parcel.body.overlapUntil });
    case "succession":
      await applySuccession(t, self, channel, parcel, now);
      return told({ continues: parcel.body.continues }, parcel.body.continues);
    case "padding":
      return told({});
    case "receipt":
      await reportCopies(t, self, await applyReceipt(t, channel, parcel, now), now);
      return told({ sequence: parcel.body.sequence, records: parcel.body.records.length }, parcel.body.parcel);
    case "recall": {
      const results = await applyRecall(t, channel, parcel, deps.legalHold);
      await followRecall(t, self, channel, parcel, now);
      return { summary: { title: parcel.body.reason, records: parcel.body.records.length }, subject: null, results };
    }
    case "release":
    case "correction":
      return give(t, deps, channel, parcel, now);
    case "consent-request": {
      await applyConsentRequest(t, self, channel, parcel, now);
      const { request, recipient, purpose, records } = parcel.body;
      return told({ recipient: recipient.name, purpose, records: records.length }, request);
    }
    case "consent":
      await applyConsent(t, self, channel, parcel, hash, now);
      return told({ decision: parcel.body.decision, records: parcel.body.records.length }, parcel.body.request);
    case "onward":
      await applyOnward(t, self, channel, parcel, now);
      return told({ copies: parcel.body.copies.length });
    case "deletion":
      await applyDeletion(t, self, channel, parcel, now);
      return told({ records: parcel.body.records.length });
    case "fair-offer":
      await applyOffer(t, self, channel, parcel, hash, now);
      return told({ gives: parcel.body.gives, records: parcel.body.records }, parcel.body.release);
    case "fair-receipt":
      await applyFairReceipt(t, self, channel, parcel, now);
      return told({ says: parcel.body.says, sequence: parcel.body.sequence }, parcel.body.offer);
    case "fair-key":
      return openFair(t, deps, channel, parcel, now);
    default:
      return assertNever(parcel);
  }
}

async function openFair(
  t: Transactor,
  deps: ApplyDeps,
  channel: Channel,
  parcel: ParcelOf<"fair-key">,
  now: Instant,
): Promise<Applied> {
  const opened = await openWithKey(t, deps.self, channel, parcel, now);
  if (opened === null) return { summary: { opened: false }, subject: null, results: null };
  const { sequence } = parcel;
  const applied = await give(t, deps, channel, { kind: opened.gives, sequence, body: opened.body }, now);
  const ids = (applied.results ?? []).map(({ id }) => id);
  await t.onward.carries({ side: "in", channel: channel.id, sequence: opened.offer }, ids);
  return { ...applied, summary: { ...applied.summary, gives: opened.gives, fair: true } };
}

async function give(
  t: Transactor,
  { self, clock, registry }: ApplyDeps,
  channel: Channel,
  given: { readonly kind: "release" | "correction"; readonly sequence: number; readonly body: ReleaseBody },
  now: Instant,
): Promise<Applied> {
  const { body } = given;
  const results = await applyRecords(t, registry, channel, given, now);
  const corrected = results.filter(({ result }) => result === "corrected").map(({ id }) => id);
  if (corrected.length > 0) await followCorrection(t, self, createDepartures({ self, clock }), corrected, now);
  const summary = {
    title: body.title,
    purpose: body.purpose,
    necessity: body.necessity,
    legalBasis: body.legalBasis,
    reviewBy: body.reviewBy,
    approvals: body.approvals,
    part: body.part,
    parts: body.parts,
    results,
    records: body.records.length,
    ...(body.consents === undefined ? {} : { consents: body.consents }),
  };
  return { summary, subject: body.release, results };
}
