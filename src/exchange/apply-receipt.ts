import type { Instant } from "#base";
import { isJsonObject, parseJson } from "#base";
import { type ParcelOf, readParcel, type ReceiptResult } from "#ledger";
import type { Channel, Copy, OutboundParcel, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";

/**
 * Takes the partner's receipt: it must be for a parcel that was sent on this channel, and speak of just the records that
 * were in it, in their order.
 */
export async function applyReceipt(
  t: Transactor,
  channel: Channel,
  parcel: ParcelOf<"receipt">,
  now: Instant,
): Promise<void> {
  const { body } = parcel;
  const sent = await t.parcels.outbound(channel.id, body.sequence);
  if (sent === null || sent.hash !== body.parcel || sent.kind === "receipt" || sent.kind === "hello") {
    throw new ExchangeError("parcel-forged", "the receipt is for something that was not sent on this channel");
  }
  const carried = carriedBy(sent);
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
}

interface Carried {
  readonly id: string;
  readonly replaces: string | null;
  readonly recall: boolean;
}

/** What this node's own parcel carried; its own envelope needs no key to be read. */
function carriedBy(sent: OutboundParcel): Carried[] {
  const envelope = parseJson(sent.envelope, { maxLength: sent.envelope.length });
  const payload = isJsonObject(envelope) && typeof envelope["payload"] === "string" ? envelope["payload"] : "";
  const own = readParcel(Buffer.from(payload, "base64"));
  if (own.kind === "recall") return own.body.records.map(({ id }) => ({ id, replaces: null, recall: true }));
  if (own.kind !== "release" && own.kind !== "correction") return [];
  return own.body.records.map(({ text, replaces }) => {
    const value = parseJson(text, { maxLength: text.length });
    const id = isJsonObject(value) && typeof value["id"] === "string" ? value["id"] : "";
    return { id, replaces: replaces?.version ?? null, recall: false };
  });
}

/** What a result makes of the copies of its record. */
function follow(copies: readonly Copy[], record: Carried, result: ReceiptResult): (readonly [Copy, Copy["state"]])[] {
  if (record.recall)
    return copies.filter((copy) => copy.state === "recall-sent").map((copy) => [copy, "recalled"] as const);
  const good = result === "stored" || result === "corrected" || result === "unchanged";
  const states: (readonly [Copy, Copy["state"]])[] = [];
  for (const copy of copies) {
    if (copy.version === record.replaces && good) states.push([copy, "replaced"]);
    else if (copy.state === "sent" && copy.version !== record.replaces)
      states.push([copy, good ? "confirmed" : "refused"]);
  }
  return states;
}
