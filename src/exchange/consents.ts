import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import { decide, type PartyId, type Viewer } from "#policy";
import type { Channel, ConsentCase, Store, StoredRecord, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { post } from "./outbox.ts";
import type { Self } from "./self.ts";

/**
 * Originator control: a record of a partner is passed on only when its originator has said so, in its own signed log. The
 * question and the answer are parcels like any other; what the answer allows is read by the one decision in policy.
 *
 * The one asked is the party from which the record came. When that party has it from another in turn, it cannot answer for
 * it: it asks on, so that a consent reaches back to the originator through every hand.
 */
export interface ConsentQuestion {
  readonly records: readonly string[];
  readonly recipient: PartyId;
  readonly purpose: string;
  readonly why: string;
}

export interface ConsentWord {
  readonly reason: string;
  /** What whoever passes it on must see to. */
  readonly conditions?: string;
  readonly validUntil?: Instant | null;
  /** The marking "no onward" is not to stand against this. */
  readonly liftsNoOnward?: boolean;
}

/** A case with the partner at the other end. */
export interface ConsentView extends ConsentCase {
  readonly partner: PartyId;
  readonly partnerName: string;
}

export interface Consents {
  /** Newest first; `open`: only what waits for an answer. */
  list(viewer: Viewer, open: boolean): Promise<readonly ConsentView[]>;
  get(viewer: Viewer, id: string): Promise<ConsentView>;
  /** Asks the party from which these records came. */
  request(actor: Viewer, question: ConsentQuestion): Promise<ConsentCase>;
  /**
   * Says yes to one that waits here. A disclosure officer's word is needed, and a second officer's when a person is in it: the
   * first word is then only a proposal.
   */
  grant(actor: Viewer, id: string, word: ConsentWord): Promise<ConsentCase>;
  refuse(actor: Viewer, id: string, reason: string): Promise<ConsentCase>;
  /** Takes a consent back: nothing is passed on under it from then on. What has gone is taken back by a recall. */
  withdraw(actor: Viewer, id: string, reason: string): Promise<ConsentCase>;
}

const MAX_TEXT = 10_000;

export function createConsents({
  store,
  self,
  clock,
}: {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
}): Consents {
  const view = (item: ConsentCase, channel: Channel | null): ConsentView => ({
    ...item,
    partner: channel?.partner ?? item.channel,
    partnerName: channel?.partnerName ?? item.channel,
  });
  return {
    list(viewer, open) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => {
        const channels = new Map((await r.channels.list()).map((channel) => [channel.id, channel]));
        const items = await r.onward.consents(open ? { states: ["open", "proposed"] } : {});
        return items.map((item) => view(item, channels.get(item.channel) ?? null));
      });
    },
    get(viewer, id) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => {
        const item = await r.onward.consent(id);
        if (item === null) throw new ExchangeError("consent-unknown", `there is no request ${id}`);
        return view(item, await r.channels.get(item.channel));
      });
    },
    async request(actor, question) {
      requirePermission(actor, "consent.ask");
      return store.transact(actor, (t) => ask(t, self, actor, question, instantOf(clock())));
    },
    async grant(actor, id, word) {
      requirePermission(actor, "consent.ask");
      return store.transact(actor, (t) => grantIn(t, self, actor, id, word, instantOf(clock())));
    },
    async refuse(actor, id, reason) {
      requirePermission(actor, "consent.decide");
      return store.transact(actor, async (t) => {
        const item = await waiting(t, id);
        const word = { reason, conditions: "", validUntil: null, liftsNoOnward: false };
        return answer(t, self, { ...item, ...said(word), state: "refused" }, officerOf(actor), instantOf(clock()));
      });
    },
    async withdraw(actor, id, reason) {
      requirePermission(actor, "consent.decide");
      return store.transact(actor, async (t) => {
        const item = await inState(t, id, ["granted"]);
        return withdrawIn(t, self, item, officerOf(actor), reason, instantOf(clock()));
      });
    },
  };
}

async function ask(
  t: Transactor,
  self: Self,
  actor: Viewer,
  { records: ids, recipient, purpose, why }: ConsentQuestion,
  now: Instant,
): Promise<ConsentCase> {
  if (purpose.trim() === "" || why.trim() === "" || why.length > MAX_TEXT || purpose.length > 200)
    throw invalid("a request says for what purpose, and why", "Name both; the originator decides on them.");
  const records = await recordsOf(t, ids);
  const [first] = records;
  if (first === undefined) throw invalid("a request names at least one record", "Name the records.");
  const mixed = records.find((record) => record.owner !== first.owner);
  if (first.owner === self.id || mixed !== undefined) {
    throw invalid(
      first.owner === self.id ? `${first.id} is this party's own` : "the records are of different originators",
      "Ask each originator for its own records; your own need no consent.",
    );
  }
  const channels = await t.channels.list();
  const channel = channels.find((item) => item.partner === first.owner && item.state === "active");
  if (channel === undefined)
    throw new ExchangeError("channel-inactive", "there is no active channel to its originator", { where: first.owner });
  const named = channels.find((item) => item.partner === recipient);
  if (named === undefined || recipient === first.owner)
    throw invalid("the recipient is no partner of this node to whom it could be passed on", "Pair with it first.");
  const item: ConsentCase = {
    id: `consent--${randomUUID()}`,
    side: "ours",
    channel: channel.id,
    records: records.map(({ id, version }) => ({ id, version })),
    recipient,
    recipientName: named.partnerName,
    purpose: purpose.trim(),
    why: why.trim(),
    askedBy: officerOf(actor),
    askedAt: now,
    ...UNDECIDED,
  };
  const body = {
    request: item.id,
    records: [...item.records],
    recipient: { id: recipient, name: named.partnerName },
    purpose: item.purpose,
    why: item.why,
  };
  await post(t, self, channel, { kind: "consent-request", body }, item.id, now);
  await t.onward.saveConsent(item);
  await t.audit.note("consent.request", item.id, { records: records.length, recipient });
  return item;
}

export const UNDECIDED = {
  state: "open",
  proposedBy: null,
  decidedBy: null,
  decidedAt: null,
  reason: "",
  conditions: "",
  validUntil: null,
  liftsNoOnward: false,
  proof: null,
} as const;

async function grantIn(
  t: Transactor,
  self: Self,
  actor: Viewer,
  id: string,
  word: ConsentWord,
  now: Instant,
): Promise<ConsentCase> {
  const item = await waiting(t, id);
  const officer = officerOf(actor);
  if (word.validUntil !== undefined && word.validUntil !== null && word.validUntil <= now)
    throw invalid("it would be over before it began", "Name a day in the future.");
  // Nobody answers for what they may not read.
  const records = await recordsOf(
    t,
    item.records.map((record) => record.id),
  );
  const validUntil = await answerable(t, self, item, records, word, now);
  const given = { ...item, ...said({ ...word, validUntil }) };
  const decides = actor.kind === "officer" && mayDecide(actor);
  const person = records.some((record) => record.aboutPerson);
  if (item.state === "proposed" && item.proposedBy === officer) {
    throw new ExchangeError("consent-second-officer", "the same officer cannot be both of the two", {
      where: id,
      fix: "Another disclosure officer grants or refuses it.",
    });
  }
  if (!decides || (person && item.state === "open")) {
    if (item.state === "proposed") requirePermission(actor, "consent.decide");
    const proposed: ConsentCase = { ...given, state: "proposed", proposedBy: officer };
    await t.onward.saveConsent(proposed);
    await t.audit.note("consent.propose", id);
    return proposed;
  }
  return answer(t, self, { ...given, state: "granted" }, officer, now);
}

function mayDecide(actor: Viewer): boolean {
  try {
    requirePermission(actor, "consent.decide");
    return true;
  } catch {
    return false;
  }
}

/**
 * One's own records are one's own to give. For what came from another, this party must itself be allowed to pass it to that
 * recipient: its originator's consent is there first, and no longer than that does ours hold.
 */
async function answerable(
  t: Transactor,
  self: Self,
  item: ConsentCase,
  records: readonly StoredRecord[],
  word: ConsentWord,
  now: Instant,
): Promise<Instant | null> {
  let until = word.validUntil ?? null;
  for (const record of records) {
    if (record.owner === self.id) continue;
    const consents = await t.onward.granted(record.id);
    const context = {
      now,
      party: self.id,
      purpose: item.purpose,
      recipient: item.recipient,
      record: record.id,
      consents,
    };
    const label = await t.labels.label(record.labelId);
    const decision = decide({ kind: "partner", party: item.recipient }, "receive", label, context);
    const upstream = consents.find((held) => held.recipient === item.recipient && held.purpose === item.purpose);
    if (decision.effect !== "allow" || upstream === undefined) {
      throw new ExchangeError(
        "consent-not-ours",
        `${record.id} came from another party; this one cannot answer for it: ${decision.reasons[0]?.message ?? ""}`,
        { where: record.id, fix: `Ask its originator first: entente consent request --record ${record.id}` },
      );
    }
    if (upstream.validUntil !== null && (until === null || upstream.validUntil < until)) until = upstream.validUntil;
  }
  return until;
}

export function said({ reason, conditions = "", validUntil = null, liftsNoOnward = false }: ConsentWord) {
  if (reason.trim() === "" || reason.length > MAX_TEXT || conditions.length > MAX_TEXT)
    throw invalid("an answer gives its reason", "Say in one sentence why.");
  return { reason: reason.trim(), conditions: conditions.trim(), validUntil, liftsNoOnward };
}

/** The word leaves as a parcel; its hash is the proof on both sides. */
export async function answer(
  t: Transactor,
  self: Self,
  item: ConsentCase,
  officer: string,
  now: Instant,
): Promise<ConsentCase> {
  const channel = await t.channels.get(item.channel);
  if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${item.channel}`);
  const { state } = item;
  if (state === "open" || state === "proposed") throw new TypeError("an answer has been decided");
  const { hash } = await post(
    t,
    self,
    channel,
    {
      kind: "consent",
      body: {
        request: item.id,
        decision: state,
        records: [...item.records],
        recipient: { id: item.recipient, name: item.recipientName },
        purpose: item.purpose,
        reason: item.reason,
        conditions: item.conditions,
        validUntil: item.validUntil,
        liftsNoOnward: item.liftsNoOnward,
        officers: [...(item.proposedBy === null ? [] : [item.proposedBy]), officer],
      },
    },
    item.id,
    now,
  );
  const decided = { ...item, decidedBy: officer, decidedAt: now, proof: hash };
  await t.onward.saveConsent(decided);
  await t.audit.note(`consent.${state}`, item.id, { records: item.records.length, recipient: item.recipient });
  return decided;
}

export function withdrawIn(
  t: Transactor,
  self: Self,
  item: ConsentCase,
  officer: string,
  reason: string,
  now: Instant,
): Promise<ConsentCase> {
  const { conditions, validUntil, liftsNoOnward } = item;
  const word = said({ reason, conditions, validUntil, liftsNoOnward });
  return answer(t, self, { ...item, ...word, proposedBy: null, state: "withdrawn" }, officer, now);
}

async function recordsOf(t: Transactor, ids: readonly string[]): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const id of new Set(ids)) {
    const record = await t.records.get(id);
    if (record === null)
      throw new ExchangeError("consent-invalid", `there is no record ${id} here that you may see`, { where: id });
    records.push(record);
  }
  return records;
}

function waiting(t: Transactor, id: string): Promise<ConsentCase> {
  return inState(t, id, ["open", "proposed"]);
}

async function inState(t: Transactor, id: string, states: readonly ConsentCase["state"][]): Promise<ConsentCase> {
  await t.settings.lock(id);
  const item = await t.onward.consent(id);
  if (item === null || item.side !== "theirs") {
    throw new ExchangeError("consent-unknown", `no partner asks under ${id}`, { fix: "See: entente consent list" });
  }
  if (states.includes(item.state)) return item;
  throw new ExchangeError("consent-state", `this one is ${item.state}`, {
    where: id,
    fix: "Look at it again; someone else may have acted.",
  });
}

function officerOf(actor: Viewer): string {
  if (actor.kind !== "officer") throw new ExchangeError("consent-invalid", "only an officer asks and answers");
  return actor.officer;
}

function invalid(message: string, fix: string): ExchangeError {
  return new ExchangeError("consent-invalid", message, { fix });
}
