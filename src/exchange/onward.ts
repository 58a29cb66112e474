import { type Instant, utf8 } from "#base";
import type { ParcelOf } from "#ledger";
import { decide } from "#policy";
import { type Departures, followingOf } from "#safeguards";
import type { Channel, Copy, LegalBasis, OnwardCopy, Origin, Release, StoredRecord, Transactor } from "#store";
import { requireConsented } from "./apply-consents.ts";
import { keepIncident } from "./incident.ts";
import { canSign } from "./key-ring.ts";
import { post } from "./outbox.ts";
import type { Self } from "./self.ts";
import { canTell } from "./untold.ts";

/**
 * Copies that were passed on. Each party tells the one from which it has a record whom it gave a copy and what became of
 * that, and hands on what it is told in turn: so an originator knows every copy, and its recall and its correction go the
 * same way as the copies went. It learns who holds the record, which version and since when; not under which title, purpose or
 * basis another pair of parties gave it, and not by which officers.
 */
interface Word {
  readonly recordId: string;
  readonly version: Instant;
  readonly holder: { readonly id: string; readonly name: string };
  readonly path: readonly string[];
  readonly state: OnwardCopy["state"];
}

const MAX_WORDS = 500;
const LIVE: readonly Copy["state"][] = ["sent", "confirmed"];

/** The channel by which a partner's record came; after a new pairing, the one that is used now. */
function channelTo(channels: readonly Channel[], { owner, source }: Origin): Channel | undefined {
  const theirs = channels.filter((channel) => channel.partner === owner);
  const active = theirs.filter((channel) => channel.state === "active");
  return active.find((channel) => source.startsWith(`${channel.id}#`)) ?? active[0] ?? theirs[0];
}

/** Tells the givers of these records what became of the copies that went on from here. */
export async function reportCopies(t: Transactor, self: Self, copies: readonly Copy[], now: Instant): Promise<void> {
  const foreign = await t.records.cameFrom(copies.map((copy) => copy.recordId));
  if (foreign.size === 0) return;
  const names = new Map((await t.channels.list()).map((channel) => [channel.partner, channel.partnerName]));
  const words = copies.map(({ recordId, version, party, state }) => ({
    recordId,
    version,
    holder: { id: party, name: names.get(party) ?? party },
    path: [],
    state,
  }));
  await report(t, self, words, now);
}

async function report(t: Transactor, self: Self, words: readonly Word[], now: Instant): Promise<void> {
  const byChannel = new Map<string, { readonly channel: Channel; readonly words: Word[] }>();
  const origins = await t.records.cameFrom(words.map((word) => word.recordId));
  const channels = origins.size === 0 ? [] : await t.channels.list();
  for (const word of words) {
    const origin = origins.get(word.recordId);
    const channel = origin === undefined ? undefined : channelTo(channels, origin);
    if (channel === undefined) continue;
    const group = byChannel.get(channel.id) ?? { channel, words: [] };
    group.words.push(word);
    byChannel.set(channel.id, group);
  }
  for (const { channel, words: all } of byChannel.values()) {
    if (!(await canSign(t, self, channel, now))) {
      await t.audit.note("onward.untold", channel.id, { copies: all.length });
      continue;
    }
    for (let from = 0; from < all.length; from += MAX_WORDS) {
      const part = all.slice(from, from + MAX_WORDS).map(({ recordId, version, holder, path, state }) => ({
        id: recordId,
        version,
        holder,
        path: [...path],
        state,
        at: now,
      }));
      await post(t, self, channel, { kind: "onward", body: { copies: part } }, null, now);
    }
  }
}

/** A partner tells of copies that went on from it. What came from another party in turn is handed on to that one. */
export async function applyOnward(
  t: Transactor,
  self: Self,
  channel: Channel,
  parcel: ParcelOf<"onward">,
  now: Instant,
): Promise<void> {
  const further: Word[] = [];
  for (const copy of parcel.body.copies) {
    const { id, version, holder, state } = copy;
    const given = (await t.releases.copiesOf(id)).some((held) => held.party === channel.partner);
    const path = [channel.partner, ...copy.path];
    if (!given || path.length > 16) {
      await keepIncident(t, {
        channel: channel.id,
        code: "onward-unknown",
        message: `${channel.partnerName} tells of a copy of a record that it was not given`,
        evidence: utf8(JSON.stringify(copy)),
        at: now,
      });
      continue;
    }
    if (state === "sent") await requireConsented(t, channel, { id, holder }, now);
    await t.onward.saveOnwardCopy({
      recordId: id,
      version,
      holder: holder.id,
      holderName: holder.name,
      channel: channel.id,
      path,
      state,
      updatedAt: copy.at,
    });
    further.push({ recordId: id, version, holder, path, state });
  }
  await report(t, self, further, now);
}

/** Sends a recall on to everyone who has a copy from here. */
export async function followRecall(
  t: Transactor,
  self: Self,
  channel: Channel,
  { body }: ParcelOf<"recall">,
  now: Instant,
): Promise<void> {
  const live: Copy[] = [];
  const origins = await t.records.cameFrom(body.records.map(({ id }) => id));
  for (const id of new Set(body.records.map((record) => record.id))) {
    // Only the party whose record it is here takes it back.
    if (origins.get(id)?.owner !== channel.partner) continue;
    live.push(...(await t.releases.copiesOf(id)).filter((copy) => LIVE.includes(copy.state)));
  }
  await sendRecalls(t, self, live, body.reason, null, now);
}

/** Posts one recall to each channel on which these copies went. @returns how many parties are told. */
export async function sendRecalls(
  t: Transactor,
  self: Self,
  copies: readonly Copy[],
  reason: string,
  subject: string | null,
  now: Instant,
): Promise<number> {
  const channels = [...new Set(copies.map((copy) => copy.channel))].toSorted();
  const told: Copy[] = [];
  let parties = 0;
  for (const id of channels) {
    const channel = await t.channels.get(id);
    if (channel === null) continue;
    const here = copies.filter((copy) => copy.channel === id);
    const records = here.map((copy) => ({ id: copy.recordId, version: copy.version }));
    if (!(await canTell(t, self, channel, { of: "a recall", ids: records.map((record) => record.id) }, now))) continue;
    parties++;
    await post(t, self, channel, { kind: "recall", body: { reason, records } }, subject, now);
    for (const copy of here) {
      const sent: Copy = { ...copy, state: "recall-sent", updatedAt: now };
      await t.releases.saveCopy(sent);
      told.push(sent);
    }
  }
  await reportCopies(t, self, told, now);
  return parties;
}

/**
 * A correction of what was passed on from here goes the same way, under the approval with which the record went, when the
 * decision and the real-risk test still allow it. Otherwise the old version stays known as what that party holds.
 */
export async function followCorrection(
  t: Transactor,
  self: Self,
  departures: Departures,
  ids: readonly string[],
  now: Instant,
): Promise<void> {
  const byRelease = new Map<string, StoredRecord[]>();
  for (const id of ids) {
    const record = await t.records.get(id);
    if (record === null) continue;
    const older = (await t.releases.copiesOf(id)).filter(
      (copy) => LIVE.includes(copy.state) && copy.version < record.version,
    );
    const parties = new Set<string>();
    for (const copy of older.toSorted((a, b) => (a.version < b.version ? 1 : -1))) {
      if (parties.has(copy.party)) continue;
      parties.add(copy.party);
      byRelease.set(copy.release, [...(byRelease.get(copy.release) ?? []), record]);
    }
  }
  for (const [id, records] of byRelease) {
    const release = await t.releases.get(id);
    const basis = release?.legalBasis === null ? null : await t.releases.basis(release?.legalBasis ?? "");
    const going: StoredRecord[] = [];
    for (const record of release === null || basis === null ? [] : records) {
      const context = {
        now,
        party: self.id,
        purpose: release?.purpose ?? "",
        recipient: release?.recipient ?? "",
        record: record.id,
        consents: await t.onward.granted(record.id),
      };
      const viewer = { kind: "partner", party: context.recipient } as const;
      const { effect } = decide(viewer, "receive", await t.labels.label(record.labelId), context);
      if (effect === "allow") going.push(record);
    }
    const sent = release === null || basis === null ? 0 : await follow(t, departures, release, basis, going, now);
    await t.audit.note("correction.onward", id, { sent, withheld: records.length - sent });
  }
}

/** @returns how many records go: those that the real-risk test does not keep back today. */
async function follow(
  t: Transactor,
  departures: Departures,
  release: Release,
  basis: LegalBasis,
  records: readonly StoredRecord[],
  now: Instant,
): Promise<number> {
  const ids = records.map(({ id }) => id);
  const { barred, facts, assurances } = await followingOf(t, release, ids, now);
  const going = records.filter(({ id }) => !barred.has(id));
  if (going.length > 0) await departures.release(t, { release, basis, records: going, facts, assurances });
  return going.length;
}
