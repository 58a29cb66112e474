import { type Instant, isJsonObject, parseJson } from "#base";
import { openPeriod, type Parcel, type ParcelOf } from "#ledger";
import { accept, type TypeRegistry } from "#stix";
import type { Channel, Transactor } from "#store";
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
  now: Instant,
): Promise<string | null> {
  switch (parcel.kind) {
    case "hello":
      return null;
    case "key-change":
      await recordKeyChange(t, channel, parcel, await formerPeriods(t, self, channel, parcel.body.previous), null);
      await t.settings.set(SIGNING_KEY, parcel.body.key);
      return null;
    case "succession":
      return parcel.body.continues;
    case "receipt":
      return parcel.body.parcel;
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
  parcel: ParcelOf<"release"> | ParcelOf<"correction">,
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
  });
  for (const text of body.markings) {
    const marking = parseJson(text);
    const id = isJsonObject(marking) ? marking["id"] : null;
    if (typeof id === "string") await t.labels.addMarking(id, text, self.id);
  }
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
