import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf } from "#base";
import type { PartyId, Viewer } from "#policy";
import type {
  Assurance,
  Channel,
  LegalBasis,
  Reader,
  Release,
  ReleaseItem,
  Store,
  StoredRecord,
  Transactor,
} from "#store";
import { SafeguardError } from "./errors.ts";
import { requirePermission } from "#access";
import { allowed, officerOf } from "./act.ts";
import { readFacts, type RecordFacts } from "./person.ts";
import { factsOf, personsIn, reliedOn, riskWorld } from "./release-risk.ts";
import type { RiskWorld } from "./risk.ts";
import type { Reason } from "./reason.ts";
import { type Answer, type DraftFacts, reviewDraft, reviewItem } from "./rules.ts";

export interface DraftInput {
  readonly channel: string;
  readonly title: string;
  readonly purpose: string;
  readonly necessity: string;
  readonly legalBasis: string | null;
  readonly reviewBy: Instant | null;
  readonly records: readonly string[];
  /** The ciphertext goes first, the key on the recipient's signed receipt. */
  readonly fair?: boolean;
  /** What the drafter says of records, by their ids. */
  readonly facts?: Readonly<Record<string, RecordFacts>>;
}

export interface BasisInput {
  readonly title: string;
  readonly citation: string;
  readonly purposes: readonly string[];
  readonly parties: readonly PartyId[];
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
}

export interface ReviewedItem {
  readonly recordId: string;
  readonly version: Instant;
  /** `null` when this officer may not see the record. */
  readonly title: string | null;
  readonly aboutPerson: boolean;
  readonly state: ReleaseItem["state"];
  readonly facts: RecordFacts;
  readonly answer: Answer;
}

export interface Review {
  readonly release: Release;
  /** What stands against the release as a whole; empty when it may be submitted. */
  readonly reasons: readonly Reason[];
  readonly items: readonly ReviewedItem[];
}

/** What leaves when a release is approved; the exchange takes it in the same transaction. */
export interface Departure {
  readonly release: Release;
  readonly basis: LegalBasis;
  readonly records: readonly StoredRecord[];
  /** By record. */
  readonly facts?: ReadonlyMap<string, RecordFacts>;
  /** What the release rests on. */
  readonly assurances?: readonly Assurance[];
}

export interface Departures {
  /** @returns in how many parcels the release goes. */
  release(transactor: Transactor, departure: Departure): Promise<number>;
}

export interface Safeguards {
  addBasis(actor: Viewer, basis: BasisInput): Promise<LegalBasis>;
  draft(actor: Viewer, input: DraftInput): Promise<Review>;
  /** Replaces what the draft says. Only its drafter, and only while it is a draft. */
  edit(actor: Viewer, id: string, input: DraftInput): Promise<Review>;
  /** Asks the safeguards as things stand now; changes nothing. */
  review(viewer: Viewer, id: string): Promise<Review>;
  /** Hands it to the second officer. Refused items are withheld, with their reasons kept. */
  submit(actor: Viewer, id: string): Promise<Review>;
  /** The second officer's word. Everything is asked again, since the world may have changed since the draft. */
  approve(actor: Viewer, id: string, note?: string): Promise<Release>;
  reject(actor: Viewer, id: string, note: string): Promise<Release>;
}

const MAX_ITEMS = 10_000;
const MAX_TEXT = 10_000;

export function createSafeguards(deps: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly departures: Departures;
}): Safeguards {
  const { store, party, clock, departures } = deps;
  const now = (): Instant => instantOf(clock());

  async function reviewIn(r: Reader, viewer: Viewer, release: Release): Promise<Review> {
    const [channel, basis] = [
      await r.channels.get(release.channel),
      release.legalBasis === null ? null : await r.releases.basis(release.legalBasis),
    ];
    if (channel === null) throw new SafeguardError("channel-inactive", "the channel of this release is gone");
    const facts: DraftFacts = {
      purpose: release.purpose,
      necessity: release.necessity,
      reviewBy: release.reviewBy,
      recipient: release.recipient,
      recipientPurposes: channel.purposes,
      basis,
      now: now(),
    };
    const found = await r.releases.items(release.id);
    const world = await riskWorld(r, release, facts.now);
    const persons = await personsIn(r, found, world);
    const items: ReviewedItem[] = [];
    for (const item of found)
      items.push(await reviewOne(r, viewer, item, facts, persons.has(item.recordId) ? world : null));
    return { release, reasons: reviewDraft(facts), items };
  }

  async function reviewOne(
    r: Reader,
    viewer: Viewer,
    item: ReleaseItem,
    facts: DraftFacts,
    world: RiskWorld | null,
  ): Promise<ReviewedItem> {
    const said = readFacts(item.facts);
    const record = await r.records.get(item.recordId, item.version);
    if (record === null) {
      const reason = {
        rule: "not-visible",
        message: "You may not see this record, or it is gone.",
        source: "one decision",
        fix: "Remove it from the release.",
      };
      return {
        recordId: item.recordId,
        version: item.version,
        title: null,
        aboutPerson: true,
        state: item.state,
        facts: said,
        answer: { effect: "refuse", reasons: [reason], obligations: [] },
      };
    }
    const label = await r.labels.label(record.labelId);
    const answer = reviewItem(
      viewer,
      {
        label,
        aboutPerson: record.aboutPerson || said.category !== undefined,
        withdrawn: record.state === "withdrawn",
        facts: said,
        ...(world === null ? {} : { atRisk: { record: record.id, world } }),
      },
      facts,
      { now: facts.now, party, record: record.id, consents: await r.onward.granted(record.id) },
    );
    return {
      recordId: record.id,
      version: record.version,
      title: record.title,
      aboutPerson: record.aboutPerson || said.category !== undefined,
      state: item.state,
      facts: said,
      answer,
    };
  }

  async function write(
    t: Transactor,
    actor: Viewer,
    id: string,
    input: DraftInput,
    created: { by: string; at: Instant },
  ): Promise<Review> {
    const channel = await activeChannel(t, input.channel);
    const unique = [...new Set(input.records)];
    if (input.title.trim() === "")
      throw new SafeguardError("release-invalid", "a release needs a title", { where: "title" });
    if (
      [input.title, input.purpose, input.necessity].some((text) => text.length > MAX_TEXT) ||
      unique.length > MAX_ITEMS
    ) {
      throw new SafeguardError(
        "release-invalid",
        `a text has at most ${MAX_TEXT} characters, a release ${MAX_ITEMS} records`,
      );
    }
    if (input.legalBasis !== null && (await t.releases.basis(input.legalBasis)) === null) {
      throw new SafeguardError("basis-invalid", "no such legal basis is registered", {
        where: "legalBasis",
        fix: "Choose one from the registry.",
      });
    }
    const said = factsOf(input.facts ?? {}, unique);
    const items: ReleaseItem[] = [];
    for (const [place, recordId] of unique.entries()) {
      const record = await t.records.get(recordId);
      if (record === null)
        throw new SafeguardError("release-invalid", `there is no record ${recordId} here that you may see`, {
          where: `records/${place}`,
        });
      items.push({
        recordId,
        version: record.version,
        place,
        state: "included",
        answer: "",
        facts: said.get(recordId) ?? "{}",
      });
    }
    const release: Release = {
      id,
      channel: channel.id,
      recipient: channel.partner,
      title: input.title.trim(),
      purpose: input.purpose.trim(),
      necessity: input.necessity.trim(),
      legalBasis: input.legalBasis,
      reviewBy: input.reviewBy,
      state: "draft",
      createdBy: created.by,
      createdAt: created.at,
      submittedAt: null,
      decidedBy: null,
      decidedAt: null,
      decisionNote: "",
      parts: 0,
      fair: input.fair ?? false,
    };
    await t.releases.save(release);
    await t.releases.setItems(id, items);
    return reviewIn(t, actor, release);
  }

  return {
    addBasis: (actor, input) =>
      allowed(store, actor, "basis.write", async (t) => {
        if (
          input.title.trim() === "" ||
          input.citation.trim() === "" ||
          input.purposes.length === 0 ||
          input.parties.length === 0
        ) {
          throw new SafeguardError(
            "basis-invalid",
            "a legal basis needs a title, its citation, the purposes and the parties it covers",
          );
        }
        const basis: LegalBasis = {
          id: `legal-basis--${randomUUID()}`,
          ...input,
          createdAt: now(),
          createdBy: officerOf(actor),
        };
        await t.releases.addBasis(basis);
        await t.audit.note("basis.add", basis.id);
        return basis;
      }),

    draft: (actor, input) =>
      allowed(store, actor, "release.draft", async (t) => {
        const id = `release--${randomUUID()}`;
        await t.audit.note("release.draft", id);
        return write(t, actor, id, input, { by: officerOf(actor), at: now() });
      }),

    edit: (actor, id, input) =>
      allowed(store, actor, "release.draft", async (t) => {
        const release = await inState(t, id, "draft");
        if (release.createdBy !== officerOf(actor))
          throw new SafeguardError("release-state", "only its drafter changes a draft");
        await t.audit.note("release.edit", id);
        return write(t, actor, id, input, { by: release.createdBy, at: release.createdAt });
      }),

    review: (viewer, id) => store.read(viewer, async (r) => reviewIn(r, viewer, await existing(r, id))),

    submit: (actor, id) =>
      allowed(store, actor, "release.draft", async (t) => {
        const draft = await inState(t, id, "draft");
        const review = await reviewIn(t, actor, draft);
        refuseReasons(review.reasons);
        const items = review.items.map(({ recordId, version, answer, facts }, place): ReleaseItem => ({
          recordId,
          version,
          place,
          state: answer.effect === "allow" ? "included" : "withheld",
          answer: JSON.stringify(answer),
          facts: JSON.stringify(facts),
        }));
        if (!items.some((item) => item.state === "included")) {
          throw new SafeguardError("release-empty", "nothing in this release may go", {
            fix: "Look at each record's reason; change what can lawfully be changed.",
          });
        }
        const release: Release = { ...draft, state: "submitted", submittedAt: now() };
        await t.releases.save(release);
        await t.releases.setItems(id, items);
        await t.audit.note("release.submit", id, {
          included: items.filter((item) => item.state === "included").length,
          withheld: items.filter((item) => item.state === "withheld").length,
        });
        return reviewIn(t, actor, release);
      }),

    approve: (actor, id, note = "") =>
      allowed(store, actor, "release.approve", async (t) => {
        const submitted = await inState(t, id, "submitted");
        const officer = officerOf(actor);
        requirePermission(actor, "release.approve", await unitOf(t, submitted.createdBy));
        if (officer === submitted.createdBy) {
          throw new SafeguardError("same-officer", "nobody approves their own release", {
            fix: "Another disclosure officer decides.",
          });
        }
        await activeChannel(t, submitted.channel);
        const { reasons, items } = await reviewIn(t, actor, submitted);
        refuseReasons(reasons);
        const included = items.filter((item) => item.state === "included");
        const changed = included.find((item) => item.answer.effect !== "allow");
        if (changed !== undefined) {
          throw new SafeguardError(
            "release-refused",
            `since it was submitted, ${changed.recordId} may no longer go: ${changed.answer.reasons[0]?.message ?? ""}`,
            {
              fix: "Reject it; its drafter submits again without this record.",
            },
          );
        }
        const records: StoredRecord[] = [];
        for (const item of included) {
          const record = await t.records.get(item.recordId, item.version);
          if (record !== null) records.push(record);
        }
        const basis = submitted.legalBasis === null ? null : await t.releases.basis(submitted.legalBasis);
        if (basis === null) throw new SafeguardError("basis-invalid", "its legal basis is no longer registered");
        const approved: Release = {
          ...submitted,
          state: "approved",
          decidedBy: officer,
          decidedAt: now(),
          decisionNote: note,
        };
        const facts = new Map(included.map((item) => [item.recordId, item.facts]));
        const world = await riskWorld(t, submitted, now());
        const persons = world === null ? new Set<string>() : await personsIn(t, await t.releases.items(id), world);
        const assurances =
          world === null
            ? []
            : reliedOn(
                included.filter((item) => persons.has(item.recordId)),
                world,
              );
        const parts = await departures.release(t, { release: approved, basis, records, facts, assurances });
        const release = { ...approved, parts };
        await t.releases.save(release);
        await t.audit.note("release.approve", id, { records: records.length });
        return release;
      }),

    reject: (actor, id, note) =>
      allowed(store, actor, "release.approve", async (t) => {
        const submitted = await inState(t, id, "submitted");
        requirePermission(actor, "release.approve", await unitOf(t, submitted.createdBy));
        const release: Release = {
          ...submitted,
          state: "rejected",
          decidedBy: officerOf(actor),
          decidedAt: now(),
          decisionNote: note,
        };
        await t.releases.save(release);
        await t.audit.note("release.reject", id);
        return release;
      }),
  };
}

/** A disclosure officer of one unit decides what that unit drafted. */
async function unitOf(r: Reader, officer: string): Promise<string> {
  return (await r.officers.get(officer))?.unit ?? "";
}

function refuseReasons(reasons: readonly Reason[]): void {
  const [first] = reasons;
  if (first === undefined) return;
  throw new SafeguardError("release-refused", `Refused: ${first.message} (${first.source})`, {
    fix: first.fix,
    where: first.rule,
    detail: { reasons: reasons.length },
  });
}

async function existing(r: Reader, id: string): Promise<Release> {
  const release = await r.releases.get(id);
  if (release === null) throw new SafeguardError("release-unknown", `there is no release ${id}`);
  return release;
}

/** Locked, so that of two officers who decide at once the second sees what the first did. */
async function inState(t: Transactor, id: string, state: Release["state"]): Promise<Release> {
  await t.settings.lock(id);
  const release = await existing(t, id);
  if (release.state !== state)
    throw new SafeguardError("release-state", `this release is ${release.state}, not ${state}`, {
      fix: "Look at it again; someone else may have acted.",
    });
  return release;
}

async function activeChannel(r: Reader, id: string): Promise<Channel> {
  const channel = await r.channels.get(id);
  if (channel === null || channel.state !== "active") {
    throw new SafeguardError(
      channel === null ? "channel-unknown" : "channel-inactive",
      channel === null ? `there is no channel ${id}` : `the channel to ${channel.partnerName} is ${channel.state}`,
      {
        fix: "Pair with the partner and confirm the fingerprint first.",
      },
    );
  }
  return channel;
}
