import type { Clock } from "#base";
import { instantOf, parseInstant } from "#base";
import type { ReleaseBody } from "#ledger";
import type { Departure, Departures, RecordFacts } from "#safeguards";
import type { Assurance, Channel, Copy, Release, StoredRecord, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { postOffer } from "./fair.ts";
import { reportCopies } from "./onward.ts";
import { post } from "./outbox.ts";
import type { Self } from "./self.ts";

const MAX_RECORDS = 500;
const MAX_CHARACTERS = 4 * 1024 * 1024;

interface Outgoing {
  readonly record: StoredRecord;
  readonly markings: readonly string[];
  /** The version of it that the partner holds, which this one replaces. */
  readonly replaces: string | null;
}

/** Turns an approved release into parcels. A record of which the partner holds an older version goes as its correction. */
export function createDepartures({ self, clock }: { readonly self: Self; readonly clock: Clock }): Departures {
  return {
    async release(t, departure) {
      const channel = await t.channels.get(departure.release.channel);
      if (channel === null)
        throw new ExchangeError("channel-unknown", `there is no channel ${departure.release.channel}`);
      const outgoing: Outgoing[] = [];
      for (const record of departure.records) {
        const { refs } = await t.labels.label(record.labelId);
        outgoing.push({ record, markings: refs, replaces: await heldVersion(t, record, channel.partner) });
      }
      const groups = [
        { kind: "release" as const, batches: batches(outgoing.filter((item) => item.replaces === null)) },
        { kind: "correction" as const, batches: batches(outgoing.filter((item) => item.replaces !== null)) },
      ];
      const parts = groups.reduce((sum, group) => sum + group.batches.length, 0);
      let part = 0;
      for (const { kind, batches: list } of groups) {
        for (const items of list) await send(t, channel, departure, kind, items, ++part, parts);
      }
      return parts;
    },
  };

  async function send(
    t: Transactor,
    channel: Channel,
    { release, basis, facts, assurances = [] }: Departure,
    kind: "release" | "correction",
    items: readonly Outgoing[],
    part: number,
    parts: number,
  ): Promise<void> {
    const now = instantOf(clock());
    const body = {
      release: release.id,
      title: release.title,
      purpose: release.purpose,
      necessity: release.necessity,
      legalBasis: { title: basis.title, citation: basis.citation },
      reviewBy: parseInstant(release.reviewBy ?? ""),
      approvals: [
        { officer: release.createdBy, role: "drafter", at: release.submittedAt ?? release.createdAt },
        { officer: release.decidedBy ?? "", role: "second officer", at: release.decidedAt ?? now },
      ],
      part,
      parts,
      records: items.map(({ record, markings, replaces }) => ({
        text: record.text,
        markings: [...markings],
        ...(replaces === null ? {} : { replaces: { id: record.id, version: replaces } }),
        ...saidOf(facts?.get(record.id)),
      })),
      markings: await definitions(t, items),
      ...(await consentsOf(t, self, items, { release, recipient: channel.partner, now })),
      ...assurancesOf(assurances),
    };
    const { sequence } = release.fair
      ? await postOffer(t, self, channel, kind, body, now)
      : await post(t, self, channel, { kind, body }, release.id, now);
    const copies: Copy[] = items.map(({ record }) => ({
      recordId: record.id,
      version: record.version,
      party: channel.partner,
      channel: channel.id,
      release: release.id,
      sequence,
      state: "sent",
      updatedAt: now,
    }));
    for (const copy of copies) await t.releases.saveCopy(copy);
    // What is ours stays in our outbox; another party's text has to go from there when it goes from here.
    const foreign = items.filter(({ record }) => record.owner !== self.id).map(({ record }) => record.id);
    if (foreign.length > 0) await t.onward.carries({ side: "out", channel: channel.id, sequence }, foreign);
    await reportCopies(t, self, copies, now);
  }
}

/** What the drafter said of the record; nothing when nothing was. */
function saidOf(facts: RecordFacts | undefined): { readonly said?: RecordFacts } {
  return facts === undefined || Object.keys(facts).length === 0 ? {} : { said: facts };
}

/** The recipient's own words, so that it sees to what it is held. */
function assurancesOf(relied: readonly Assurance[]): Pick<ReleaseBody, "assurances"> {
  if (relied.length === 0) return {};
  const assurances = relied.map(({ id, text, signatory, givenOn, validUntil, risks }) => ({
    id,
    text,
    signatory,
    given: givenOn,
    validUntil,
    risks: [...risks],
  }));
  return { assurances };
}

async function heldVersion(t: Transactor, record: StoredRecord, party: string): Promise<string | null> {
  const held = (await t.releases.copiesOf(record.id)).filter(
    (copy) =>
      copy.party === party && copy.version < record.version && (copy.state === "sent" || copy.state === "confirmed"),
  );
  return (
    held
      .map((copy) => copy.version)
      .toSorted()
      .at(-1) ?? null
  );
}

/** Under which consents the records of others go: named, with their conditions, so that the recipient can hold us to it. */
async function consentsOf(
  t: Transactor,
  self: Self,
  items: readonly Outgoing[],
  { release, recipient, now }: { readonly release: Release; readonly recipient: string; readonly now: string },
): Promise<Pick<ReleaseBody, "consents">> {
  const consents: NonNullable<ReleaseBody["consents"]> = [];
  for (const { record } of items) {
    if (record.owner === self.id) continue;
    const held = (await t.onward.granted(record.id)).find(
      (consent) =>
        consent.originator === record.owner &&
        consent.recipient === recipient &&
        consent.purpose === release.purpose &&
        (consent.validUntil === null || consent.validUntil > now),
    );
    if (held === undefined) throw new ExchangeError("consent-invalid", `no consent covers ${record.id}`);
    const { originator, proof, conditions, validUntil } = held;
    consents.push({ record: record.id, originator, proof, conditions, validUntil });
  }
  return consents.length === 0 ? {} : { consents };
}

/** The texts of the markings that go with these records; the fixed TLP ones need none. */
async function definitions(t: Transactor, items: readonly Outgoing[]): Promise<string[]> {
  const texts: string[] = [];
  for (const ref of new Set(items.flatMap((item) => item.markings))) {
    const text = await t.labels.markingText(ref);
    if (text !== null) texts.push(text);
  }
  return texts;
}

function batches(items: readonly Outgoing[]): Outgoing[][] {
  const out: Outgoing[][] = [];
  let size = 0;
  for (const item of items) {
    const last = out.at(-1);
    if (last === undefined || last.length >= MAX_RECORDS || size + item.record.text.length > MAX_CHARACTERS) {
      out.push([item]);
      size = item.record.text.length;
    } else {
      last.push(item);
      size += item.record.text.length;
    }
  }
  return out;
}
