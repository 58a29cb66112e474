import { type Instant, isJsonObject, parseJson } from "#base";
import { openPeriod, type Parcel, type ParcelOf, type ReleaseBody } from "#ledger";
import { accept, type TypeRegistry } from "#stix";
import type { Channel, Transactor } from "#store";
import { carriedByKey, idsIn } from "./fair.ts";
import { recordKeyChange, SIGNING_KEY } from "./key-ring.ts";
import type { Self } from "./self.ts";

/**
 * Does here again what a parcel of our own did when it was sent, after a restore has forgotten it: the records that it
 * gave, the release, and who holds copies. @returns the subject under which the outbox files it.
 */
export async function applyOwn(
  t: Transactor,
  registry: TypeRegistry,
  self: Self,
  channel: Channel,
  parcel: Parcel,
  hash: string,
  now: Instant,
): Promise<string | null> {
  switch (parcel.kind) {
    case "hello":
    case "padding":
      return null;
    case "key-change":
      await recordKeyChange(t, channel, parcel, await formerPeriods(t, self, channel, parcel.body.previous), null);
      await t.settings.set(SIGNING_KEY, parcel.body.key);
      return null;
    case "succession":
      return parcel.body.continues;
    case "receipt":
      return parcel.body.parcel;
    case "fair-receipt":
      return parcel.body.offer;
    case "onward":
    case "deletion":
      return null;
    case "consent-request":
    case "consent":
      await restoreConsent(t, channel, parcel, hash, now);
      return parcel.body.request;
    case "fair-offer":
      // Its key is lost with what was forgotten: it is given again as another release.
      await t.audit.note("fair.key-lost", channel.id, { sequence: parcel.sequence });
      return parcel.body.release;
    case "fair-key": {
      const body = await carriedByKey(t, channel.id, parcel);
      if (body !== null) await restoreRelease(t, registry, self, channel, { ...parcel, body }, now);
      return body?.release ?? null;
    }
    case "recall":
      for (const { id, version } of parcel.body.records) {
        const copies = await t.releases.copiesOf(id);
        const copy = copies.find((item) => item.party === channel.partner && item.version === version);
        if (copy !== undefined) await t.releases.saveCopy({ ...copy, state: "recall-sent", updatedAt: now });
      }
      return parcel.body.records[0]?.id ?? null;
    case "release":
    case "correction":
      await restoreRelease(t, registry, self, channel, parcel, now);
      return parcel.body.release;
  }
}

/** A store from before the first change has no rows, and our present key is not the one that signed then. */
async function formerPeriods(t: Transactor, self: Self, channel: Channel, previous: string) {
  const rows = await t.keys.of(channel.id, self.id);
  return rows.length > 0 ? rows : [openPeriod(previous, channel.createdAt)];
}

async function restoreRelease(
  t: Transactor,
  registry: TypeRegistry,
  self: Self,
  channel: Channel,
  parcel: { readonly sequence: number; readonly sent: Instant; readonly body: ReleaseBody },
  now: Instant,
): Promise<void> {
  const { body } = parcel;
  const approval = body.approvals.at(-1);
  const known = await t.releases.get(body.release);
  await t.releases.save({
    id: body.release,
    channel: channel.id,
    recipient: channel.partner,
    title: body.title,
    purpose: body.purpose,
    necessity: body.necessity,
    legalBasis: known?.legalBasis ?? null,
    reviewBy: body.reviewBy,
    createdBy: known?.createdBy ?? "recovered",
    createdAt: known?.createdAt ?? parcel.sent,
    submittedAt: known?.submittedAt ?? null,
    state: "approved",
    decidedBy: approval?.officer ?? null,
    decidedAt: approval?.at ?? parcel.sent,
    decisionNote: "Recovered from the partner's copy of our log.",
    parts: body.parts,
    fair: known?.fair ?? false,
  });
  for (const text of body.markings) {
    const marking = parseJson(text);
    const id = isJsonObject(marking) ? marking["id"] : null;
    if (typeof id === "string") await t.labels.addMarking(id, text, self.id);
  }
  await t.onward.carries({ side: "out", channel: channel.id, sequence: parcel.sequence }, idsIn(body));
  for (const { text, markings } of body.records) {
    const accepted = accept(text, registry, { now });
    if (!accepted.ok) continue;
    const { record } = accepted;
    const held = await t.records.get(record.id);
    // A record of another party that we passed on is its originator's to give again.
    if (held === null || held.owner === self.id) {
      await t.records.append([
        { record, owner: self.id, assigned: markings, source: `${channel.id}#${parcel.sequence}` },
      ]);
    }
    await t.releases.saveCopy({
      recordId: record.id,
      version: record.version,
      party: channel.partner,
      channel: channel.id,
      release: body.release,
      sequence: parcel.sequence,
      state: "sent",
      updatedAt: now,
    });
  }
}

/** What this party asked, or answered, as its own parcel says. The officers of a question are not in it. */
async function restoreConsent(
  t: Transactor,
  channel: Channel,
  parcel: ParcelOf<"consent-request"> | ParcelOf<"consent">,
  hash: string,
  now: Instant,
): Promise<void> {
  const { request, records, recipient, purpose } = parcel.body;
  const known = await t.onward.consent(request);
  const base = {
    id: request,
    channel: channel.id,
    records,
    recipient: recipient.id,
    recipientName: recipient.name,
    purpose,
    askedBy: known?.askedBy ?? (parcel.kind === "consent" ? "" : "recovered"),
    askedAt: known?.askedAt ?? parcel.sent,
    proposedBy: null,
  };
  if (parcel.kind === "consent-request") {
    if (known !== null) return;
    const undecided = {
      decidedBy: null,
      decidedAt: null,
      validUntil: null,
      liftsNoOnward: false,
      proof: null,
    } as const;
    const { why } = parcel.body;
    await t.onward.saveConsent({ ...base, ...undecided, side: "ours", why, state: "open", reason: "", conditions: "" });
    return;
  }
  const { decision, reason, conditions, validUntil, liftsNoOnward, officers } = parcel.body;
  const word = { reason, conditions, validUntil, liftsNoOnward, decidedBy: officers.at(-1) ?? "", decidedAt: now };
  const why = known?.why ?? "";
  await t.onward.saveConsent({ ...base, ...word, side: "theirs", why, state: decision, proof: hash });
}
