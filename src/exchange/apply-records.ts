import { BaseError, type Instant, isJsonObject, parseJson } from "#base";
import type { ParcelOf, ReceiptResult, ReleaseBody } from "#ledger";
import { accept, type AcceptedRecord, STIX_ID, type TypeRegistry } from "#stix";
import type { AppendResult, Channel, ReceivedFact, Transactor } from "#store";
import { eraseEnvelopes, type LegalHold, noHold } from "./erasure.ts";

export interface RecordResult {
  readonly id: string;
  readonly version: Instant;
  readonly result: ReceiptResult;
  readonly reason?: string;
  /** The id is another party's, and the record was laid aside: this is for officers here, not for the partner. */
  readonly foreign?: true;
}

/** Stands for a text so broken that it names nothing; a receipt must still speak of it. */
const NAMELESS = { id: "unknown--00000000-0000-4000-8000-000000000000", version: "1970-01-01T00:00:00.000000Z" };

/** Stores what a release or a correction carries, as the partner's. One bad record does not keep the others out. */
export async function applyRecords(
  t: Transactor,
  registry: TypeRegistry,
  channel: Channel,
  parcel: { readonly sequence: number; readonly body: ReleaseBody },
  now: Instant,
): Promise<RecordResult[]> {
  for (const text of parcel.body.markings) {
    const id = markingId(text);
    if (id !== null) await t.labels.addMarking(id, text, channel.partner);
  }
  const results: RecordResult[] = [];
  const kept: { readonly place: number; readonly record: AcceptedRecord; readonly assigned: readonly string[] }[] = [];
  for (const [place, { text, markings }] of parcel.body.records.entries()) {
    const accepted = accept(text, registry, { now });
    if (accepted.ok) {
      kept.push({ place, record: accepted.record, assigned: markings });
      results.push({ id: accepted.record.id, version: accepted.record.version, result: "stored" });
    } else {
      const [error] = accepted.errors;
      results.push({
        ...NAMELESS,
        result: "refused",
        reason: `${error?.path ?? ""} ${error?.message ?? ""}`.slice(0, 500),
      });
    }
  }
  const source = `${channel.id}#${parcel.sequence}`;
  const came = { side: "in", channel: channel.id, sequence: parcel.sequence } as const;
  await t.onward.carries(
    came,
    kept.map(({ record }) => record.id),
  );
  const facts: ReceivedFact[] = [];
  const appended = await t.records.append(
    kept.map(({ record, assigned }) => ({ record, owner: channel.partner, assigned, source })),
  );
  for (const [n, outcome] of appended.entries()) {
    const item = kept[n];
    if (item === undefined) continue;
    const replaces = parcel.body.records[item.place]?.replaces !== undefined;
    if (outcome !== "foreign" && outcome !== "conflict") facts.push(factOf(channel, parcel.body, item));
    results[item.place] = { id: item.record.id, version: item.record.version, ...outcomeOf(outcome, replaces) };
  }
  await t.safeguards.keepFacts(facts);
  return results;
}

/** What was said of a record beside its text, kept as long as the text is. */
function factOf(
  { id }: Channel,
  { release, reviewBy, records, assurances = [], consents = [] }: ReleaseBody,
  { place, record }: { readonly place: number; readonly record: AcceptedRecord },
): ReceivedFact {
  const { said = {} } = records[place] ?? {};
  const conditions = consents.filter((consent) => consent.record === record.id).map((consent) => consent.conditions);
  const facts = JSON.stringify({ ...said, assurances, conditions });
  return { recordId: record.id, version: record.version, channel: id, release, reviewBy, facts };
}

function outcomeOf(outcome: AppendResult, replaces: boolean): Omit<RecordResult, "id" | "version"> {
  switch (outcome) {
    case "added":
      return { result: replaces ? "corrected" : "stored" };
    case "unchanged":
      return { result: "unchanged" };
    case "conflict":
      return { result: "conflict", reason: "this version is held with other content" };
    case "foreign":
      return { result: "refused", reason: "the id belongs to another party's record", foreign: true };
  }
}

/** Takes the text out of this store and keeps its hash. A record that is not the partner's is not touched. */
export async function applyRecall(
  t: Transactor,
  channel: Channel,
  parcel: ParcelOf<"recall">,
  legalHold: LegalHold = noHold,
): Promise<RecordResult[]> {
  const results: RecordResult[] = [];
  for (const { id, version } of parcel.body.records) {
    const hold = await legalHold(t, id);
    if (hold !== null) {
      results.push({ id, version, result: "refused", reason: `kept under a legal hold: ${hold}`.slice(0, 500) });
      continue;
    }
    const versions = await t.records.withdraw(id, channel.partner);
    // Given by several parties, it is the record of the first; what another gave of it stands in its parcels alone.
    const erased = await eraseEnvelopes(t, [id], versions.length > 0 ? null : channel.id);
    results.push(
      versions.length > 0 || erased > 0
        ? { id, version, result: "withdrawn" }
        : { id, version, result: "unchanged", reason: "not held" },
    );
  }
  return results;
}

function markingId(text: string): string | null {
  try {
    const value = parseJson(text);
    const id = isJsonObject(value) ? value["id"] : null;
    return typeof id === "string" && STIX_ID.exec(id)?.[1] === "marking-definition" ? id : null;
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}
