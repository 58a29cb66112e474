import { randomBytes } from "node:crypto";
import { fromBase64, type Instant, isJsonObject, parseJson, toBase64, utf8 } from "#base";
import {
  ciphertextHash,
  LedgerError,
  openRelease,
  type ParcelOf,
  readParcel,
  type ReleaseBody,
  sealRelease,
} from "#ledger";
import type { Channel, OutboundParcel, Reader, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { keepIncident } from "./incident.ts";
import { post } from "./outbox.ts";
import type { Self } from "./self.ts";

/**
 * Fair release in four parcels: offer (ciphertext and commitment to its key), the recipient's signed receipt for just these,
 * the key, the receipt for what it opened. Each stands in its sender's log, so that either side can prove how far it got.
 */
export async function postOffer(
  t: Transactor,
  self: Self,
  channel: Channel,
  gives: "release" | "correction",
  body: ReleaseBody,
  now: Instant,
): Promise<{ readonly sequence: number; readonly hash: string }> {
  const key = new Uint8Array(randomBytes(32));
  const offer = sealRelease(gives, body, key, new Uint8Array(randomBytes(12)));
  const posted = await post(t, self, channel, { kind: "fair-offer", body: offer }, body.release, now);
  await t.onward.keepFairKey(channel.id, posted.sequence, toBase64(key));
  return posted;
}

/** Signs for the ciphertext; what is in it is not known yet. */
export async function applyOffer(
  t: Transactor,
  self: Self,
  channel: Channel,
  { body, sequence }: ParcelOf<"fair-offer">,
  hash: string,
  now: Instant,
): Promise<void> {
  await answerOffer(t, self, channel, { body, sequence }, hash, "ciphertext-held", now);
}

async function answerOffer(
  t: Transactor,
  self: Self,
  channel: Channel,
  { body, sequence }: Pick<ParcelOf<"fair-offer">, "body" | "sequence">,
  hash: string,
  says: ParcelOf<"fair-receipt">["body"]["says"],
  now: Instant,
): Promise<void> {
  const receipt = { offer: hash, sequence, ciphertext: ciphertextHash(body), commitment: body.commitment, says };
  await post(t, self, channel, { kind: "fair-receipt", body: receipt }, hash, now);
}

/** The recipient has signed for what was offered: it is given the key, once. For anything else it is not. */
export async function applyFairReceipt(
  t: Transactor,
  self: Self,
  channel: Channel,
  { body, sequence }: ParcelOf<"fair-receipt">,
  now: Instant,
): Promise<void> {
  const sent = await t.parcels.outbound(channel.id, body.sequence);
  if (sent?.hash === body.offer && sent.kind === "erased") {
    // After a restore: the offer came back as a hash only, and its key is gone.
    await t.audit.note("fair.key-lost", channel.id, { sequence: body.sequence });
    return;
  }
  if (sent === null || sent.hash !== body.offer || sent.kind !== "fair-offer")
    throw new ExchangeError("parcel-forged", "the receipt is for something that was not offered on this channel");
  const offer = ownOffer(sent);
  if (offer !== null && (body.ciphertext !== ciphertextHash(offer) || body.commitment !== offer.commitment))
    throw new ExchangeError("parcel-forged", "the receipt is for another ciphertext or another commitment");
  if (body.says === "key-does-not-open") {
    await keepIncident(t, {
      channel: channel.id,
      code: "fair-key",
      message: `${channel.partnerName} says that our key does not open the sealed parcel ${body.sequence}`,
      evidence: utf8(JSON.stringify(body)),
      at: now,
    });
    return;
  }
  const held = await t.onward.fairKey(channel.id, body.sequence);
  if (held === null || held.released) {
    // A key that a restored store has lost cannot be given: the release is made again.
    await t.audit.note(held === null ? "fair.key-lost" : "fair.receipt-again", channel.id, { sequence: body.sequence });
    return;
  }
  await t.parcels.receipted(channel.id, body.sequence, sequence);
  await t.onward.fairKeyReleased(channel.id, body.sequence);
  const key = { offer: sent.hash, sequence: body.sequence, key: held.key };
  const posted = await post(t, self, channel, { kind: "fair-key", body: key }, sent.subject, now);
  for (const id of offer === null ? [] : idsIn(openRelease(offer, held.key)))
    await t.onward.carries({ side: "out", channel: channel.id, sequence: posted.sequence }, [id]);
}

export interface Opened {
  readonly gives: "release" | "correction";
  readonly body: ReleaseBody;
  /** The offer's place; the key's own is the parcel's. */
  readonly offer: number;
}

/** The key has come. @returns what it opens; `null`, with the proof kept and the sender told, when it does not. */
export async function openWithKey(
  t: Transactor,
  self: Self,
  channel: Channel,
  { body }: ParcelOf<"fair-key">,
  now: Instant,
): Promise<Opened | null> {
  const held = await t.parcels.inboundByHash(channel.id, body.offer);
  if (held === null || held.kind !== "fair-offer" || held.sequence !== body.sequence)
    throw new ExchangeError("parcel-forged", "the key is for something that was not offered on this channel");
  if (held.envelope === "") {
    await t.audit.note("fair.offer-deleted", channel.id, { sequence: body.sequence });
    return null;
  }
  const offer = payloadOf(held.envelope);
  if (offer.kind !== "fair-offer") throw new ExchangeError("parcel-forged", "the key is for no offer");
  try {
    return { gives: offer.body.gives, body: openRelease(offer.body, body.key), offer: held.sequence };
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    await keepIncident(t, {
      channel: channel.id,
      code: "fair-key",
      message: `the key that ${channel.partnerName} gave for its sealed parcel ${body.sequence} does not open it: ${error.message}`,
      evidence: utf8(JSON.stringify(body)),
      at: now,
    });
    await answerOffer(t, self, channel, offer, body.offer, "key-does-not-open", now);
    return null;
  }
}

/** The ids of what a key of our own opened, in order, for its receipt. */
export async function carriedByKey(
  r: Reader,
  channel: string,
  { body }: ParcelOf<"fair-key">,
): Promise<ReleaseBody | null> {
  const sent = await r.parcels.outbound(channel, body.sequence);
  const offer = sent === null ? null : ownOffer(sent);
  return offer === null ? null : openRelease(offer, body.key);
}

/** This node's own offer; its own envelope needs no key to be read. `null` when its text was deleted. */
function ownOffer(sent: OutboundParcel): ParcelOf<"fair-offer">["body"] | null {
  if (sent.envelope === "") return null;
  const parcel = payloadOf(sent.envelope);
  return parcel.kind === "fair-offer" ? parcel.body : null;
}

/** The parcel in an envelope that was judged when it came, or is our own. */
export function payloadOf(text: string) {
  const envelope = parseJson(text, { maxLength: text.length });
  const payload = isJsonObject(envelope) && typeof envelope["payload"] === "string" ? envelope["payload"] : "";
  return readParcel(fromBase64(payload));
}

export function idsIn(body: ReleaseBody): string[] {
  return body.records.flatMap(({ text }) => {
    const value = parseJson(text, { maxLength: text.length });
    return isJsonObject(value) && typeof value["id"] === "string" ? [value["id"]] : [];
  });
}
