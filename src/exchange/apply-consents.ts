import { type Instant, utf8 } from "#base";
import type { ParcelOf } from "#ledger";
import type { PartyId } from "#policy";
import type { Channel, ConsentCase, Transactor } from "#store";
import { answer, said, UNDECIDED, withdrawIn } from "./consents.ts";
import { ExchangeError } from "./errors.ts";
import { keepIncident } from "./incident.ts";
import type { Self } from "./self.ts";
import { canTell } from "./untold.ts";

/** A partner asks. What it names must be what it was given: anything else is a way to ask which records exist. */
export async function applyConsentRequest(
  t: Transactor,
  self: Self,
  channel: Channel,
  parcel: ParcelOf<"consent-request">,
  now: Instant,
): Promise<void> {
  const { request, records, recipient, purpose, why } = parcel.body;
  const known = await t.onward.consent(request);
  if (known !== null) {
    if (known.channel !== channel.id || known.side !== "theirs" || (known.why !== "" && known.why !== why))
      throw new ExchangeError("parcel-forged", "a request of this name was made before");
    // After a restore our answer may have come back before the question.
    await t.onward.saveConsent({ ...known, why });
    return;
  }
  const item: ConsentCase = {
    id: request,
    side: "theirs",
    channel: channel.id,
    records,
    recipient: recipient.id,
    recipientName: recipient.name,
    purpose,
    why,
    askedBy: "",
    askedAt: now,
    ...UNDECIDED,
  };
  await t.onward.saveConsent(item);
  for (const { id } of records) {
    const given = (await t.releases.copiesOf(id)).some(
      (copy) => copy.party === channel.partner && copy.state !== "recalled" && copy.state !== "recall-sent",
    );
    if (given) continue;
    const reason = "It names a record that was not given on this channel, or was taken back.";
    const refused: ConsentCase = { ...item, ...said({ reason }), state: "refused" };
    await answer(t, self, refused, "the node itself", now);
    await t.audit.note("consent.unknown-record", request, { channel: channel.id });
    return;
  }
}

/** The originator's answer, which must be to what was asked. */
export async function applyConsent(
  t: Transactor,
  self: Self,
  channel: Channel,
  parcel: ParcelOf<"consent">,
  hash: string,
  now: Instant,
): Promise<void> {
  const { body } = parcel;
  const item = await t.onward.consent(body.request);
  const same = (a: ConsentCase["records"], b: ConsentCase["records"]): boolean =>
    JSON.stringify(a.map(({ id }) => id).toSorted()) === JSON.stringify(b.map(({ id }) => id).toSorted());
  if (
    item === null ||
    item.side !== "ours" ||
    item.channel !== channel.id ||
    item.recipient !== body.recipient.id ||
    item.purpose !== body.purpose ||
    !same(item.records, body.records)
  ) {
    throw new ExchangeError("parcel-forged", "the consent is an answer to nothing that was asked on this channel");
  }
  const { decision, reason, conditions, validUntil, liftsNoOnward, officers } = body;
  await t.onward.saveConsent({
    ...item,
    state: decision,
    reason,
    conditions,
    validUntil,
    liftsNoOnward,
    decidedBy: officers.join(", "),
    decidedAt: parcel.sent,
    proof: hash,
  });
  await t.audit.note(`consent.${decision}`, item.id, { proof: hash });
  if (decision === "withdrawn") await withdrawWhatRestsOnIt(t, self, item, now);
}

/** Consents that this party gave in turn hold no longer than the one that they rest on. */
async function withdrawWhatRestsOnIt(t: Transactor, self: Self, lost: ConsentCase, now: Instant): Promise<void> {
  const ids = new Set(lost.records.map(({ id }) => id));
  for (const item of await t.onward.consents({ states: ["granted"], limit: 10_000 })) {
    const rests =
      item.side === "theirs" &&
      item.recipient === lost.recipient &&
      item.purpose === lost.purpose &&
      item.records.some(({ id }) => ids.has(id));
    const channel = rests ? await t.channels.get(item.channel) : null;
    if (channel === null) continue;
    if (await canTell(t, self, channel, { of: "a consent that no longer holds", ids: [item.id] }, now))
      await withdrawIn(t, self, item, "the node itself", "Its originator has withdrawn its consent.", now);
  }
}

/** Whether this originator has ever said yes to this holder; otherwise a copy there is against its word. */
export async function requireConsented(
  t: Transactor,
  channel: Channel,
  copy: { readonly id: string; readonly holder: { readonly id: PartyId; readonly name: string } },
  now: Instant,
): Promise<void> {
  const cases = await t.onward.consents({ states: ["granted", "withdrawn"], limit: 10_000 });
  const agreed = cases.some(
    (item) =>
      item.side === "theirs" &&
      item.channel === channel.id &&
      item.recipient === copy.holder.id &&
      item.records.some(({ id }) => id === copy.id),
  );
  if (agreed) return;
  await keepIncident(t, {
    channel: channel.id,
    code: "onward-unconsented",
    message: `${channel.partnerName} passed ${copy.id} on to ${copy.holder.name}, to which this party has not consented`,
    evidence: utf8(JSON.stringify(copy)),
    at: now,
  });
}
