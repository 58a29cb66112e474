import type { Instant } from "#base";
import { isJsonObject, parseJson } from "#base";
import type { ParcelOf, ReceiptResult, ReleaseBody } from "#ledger";
import type { Channel, Copy, OutboundParcel, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { carriedByKey, payloadOf } from "./fair.ts";

/**
 * Takes the partner's receipt: it must be for a parcel that was sent on this channel, and speak of just the records that
 * were in it, in their order.
 * @returns the copies of which it changed what is known.
 */
export async function applyReceipt(
  t: Transactor,
  channel: Channel,
  parcel: ParcelOf<"receipt">,
  now: Instant,
): Promise<readonly Copy[]> {
  const { body } = parcel;
  const sent = await t.parcels.outbound(channel.id, body.sequence);
  if (sent === null || sent.hash !== body.parcel || !RECEIPTED.has(sent.kind)) {
    throw new ExchangeError("parcel-forged", "the receipt is for something that was not sent on this channel");
  }
  if (sent.kind === "erased") {
    // After a restore: what was sent here came back as a hash only, and so did what would be followed.
    await t.parcels.receipted(channel.id, body.sequence, parcel.sequence);
    return [];
  }
  const carried = (await carriedBy(t, channel, sent)) ?? (await carriedErased(t, channel, sent, body.records));
  if (carried.length !== body.records.length)
    throw new ExchangeError("parcel-forged", "the receipt speaks of other records than were sent");
  await t.parcels.receipted(channel.id, body.sequence, parcel.sequence);
  const held = new Map<string, Copy[]>();
  for (const copy of await t.releases.copiesOn(
    channel.id,
    carried.map(({ id }) => id),
  ))
    held.set(copy.recordId, [...(held.get(copy.recordId) ?? []), copy]);
  const changed: Copy[] = [];
  for (const [n, { result }] of body.records.entries()) {
    const record = carried[n];
    if (record === undefined) continue;
    for (const [copy, state] of follow(held.get(record.id) ?? [], record, result))
      changed.push({ ...copy, state, updatedAt: now });
  }
  await t.releases.saveCopies(changed);
  return changed;
}

const RECEIPTED: ReadonlySet<string> = new Set(["release", "correction", "recall", "fair-key", "erased"]);

interface Carried {
  readonly id: string;
  readonly replaces: string | null;
  readonly recall: boolean;
}

/** What this node's own parcel carried; its own envelope needs no key to be read. `null` when its text was deleted. */
async function carriedBy(t: Transactor, channel: Channel, sent: OutboundParcel): Promise<Carried[] | null> {
  if (sent.envelope === "") return null;
  const own = payloadOf(sent.envelope);
  if (own.kind === "recall") return own.body.records.map(({ id }) => ({ id, replaces: null, recall: true }));
  if (own.kind === "fair-key") {
    const opened = await carriedByKey(t, channel.id, own);
    return opened === null ? null : carriedIn(opened);
  }
  return own.kind === "release" || own.kind === "correction" ? carriedIn(own.body) : [];
}

function carriedIn(body: ReleaseBody): Carried[] {
  return body.records.map(({ text, replaces }) => {
    const value = parseJson(text, { maxLength: text.length });
    const id = isJsonObject(value) && typeof value["id"] === "string" ? value["id"] : "";
    return { id, replaces: replaces?.version ?? null, recall: false };
  });
}

/** The text went before the receipt came: which records it carried is still known, and their copies are followed. */
async function carriedErased(
  t: Transactor,
  channel: Channel,
  { sequence }: OutboundParcel,
  answered: ParcelOf<"receipt">["body"]["records"],
): Promise<Carried[]> {
  const out: Carried[] = [];
  for (const { id, version } of answered) {
    const was = (await t.onward.parcelsCarrying(id)).some(
      (parcel) => parcel.side === "out" && parcel.channel === channel.id && parcel.sequence === sequence,
    );
    if (!was) continue;
    const older = (await t.releases.copiesOf(id)).filter(
      (copy) => copy.channel === channel.id && copy.version < version && copy.sequence < sequence,
    );
    out.push({
      id,
      replaces:
        older
          .map((copy) => copy.version)
          .toSorted()
          .at(-1) ?? null,
      recall: false,
    });
  }
  return out;
}

/** What a result makes of the copies of its record. */
function follow(copies: readonly Copy[], record: Carried, result: ReceiptResult): (readonly [Copy, Copy["state"]])[] {
  if (record.recall) {
    // One that is kept under a legal hold is not confirmed as taken back.
    if (result === "refused") return [];
    return copies.filter((copy) => copy.state === "recall-sent").map((copy) => [copy, "recalled"] as const);
  }
  const good = result === "stored" || result === "corrected" || result === "unchanged";
  const states: (readonly [Copy, Copy["state"]])[] = [];
  for (const copy of copies) {
    if (copy.version === record.replaces && good) states.push([copy, "replaced"]);
    else if (copy.state === "sent" && copy.version !== record.replaces)
      states.push([copy, good ? "confirmed" : "refused"]);
  }
  return states;
}
