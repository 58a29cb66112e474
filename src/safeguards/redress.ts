import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import type { PartyId, Viewer } from "#policy";
import type { Reader, RedressCase, Release, Store, Transactor } from "#store";
import { allowed, officerOf } from "./act.ts";
import { SafeguardError } from "./errors.ts";
import { readFacts } from "./person.ts";
import { type Followed, followed } from "./redress-receipts.ts";
import { legalHoldOn } from "./retention.ts";
import type { Safeguards } from "./service.ts";

/** A case as it stands, with every copy that a granted correction or erasure must reach. */
export interface CaseView {
  readonly case: RedressCase;
  readonly overdue: boolean;
  readonly copies: readonly Followed[];
  readonly confirmed: number;
  /** Told or not: their receipt has not come. */
  readonly missing: number;
}

export interface CaseInput {
  readonly kind: RedressCase["kind"];
  readonly request: string;
  readonly receivedAt: Instant;
  readonly records: readonly string[];
}

/** What takes a record's text away, here and at every party that holds a copy. The exchange does it. */
export interface Erasing {
  /** @returns how many parties are told. */
  erase(t: Transactor, recordId: string, reason: string): Promise<number>;
}

/** GDPR art. 12(3), which states the time that Directive (EU) 2016/680 art. 12(3) leaves at “without undue delay”. */
interface Deadlines {
  readonly months: number;
  readonly extensionMonths: number;
}
const USUAL_DEADLINES: Deadlines = { months: 1, extensionMonths: 2 };

export interface Redress {
  open(actor: Viewer, input: CaseInput): Promise<CaseView>;
  list(viewer: Viewer, open: boolean): Promise<readonly CaseView[]>;
  show(viewer: Viewer, id: string): Promise<CaseView>;
  extend(actor: Viewer, id: string, reason: string): Promise<CaseView>;
  /** By another officer than the one who opened it. A granted erasure goes out at once. */
  decide(
    actor: Viewer,
    id: string,
    decision: { readonly outcome: NonNullable<RedressCase["outcome"]>; readonly reasons: string },
  ): Promise<CaseView>;
  /** Drafts and submits a release of the corrected version to every party that holds an older one. @returns their ids. */
  correct(actor: Viewer, id: string): Promise<readonly string[]>;
  /** Only when every receipt has come. */
  close(actor: Viewer, id: string): Promise<CaseView>;
  /** What a person is told: the number of the case, and nothing that says what it is about. */
  notice(viewer: Viewer, id: string): Promise<{ readonly case: string; readonly text: string }>;
}

const KINDS: readonly RedressCase["kind"][] = ["access", "correction", "erasure", "match-dispute"];
const MAX_TEXT = 20_000;

export function createRedress(deps: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly erasing: Erasing;
  readonly safeguards: Pick<Safeguards, "draft" | "submit">;
  readonly deadlines?: Deadlines;
}): Redress {
  const { store, party, clock, erasing, safeguards, deadlines = USUAL_DEADLINES } = deps;
  const now = (): Instant => instantOf(clock());
  const holdOn = legalHoldOn(clock);

  async function view(r: Reader, item: RedressCase): Promise<CaseView> {
    const copies = await followed(r, item, party);
    const confirmed = copies.filter((copy) => copy.confirmed).length;
    const overdue = item.state === "open" && item.dueAt < now();
    return { case: item, overdue, copies, confirmed, missing: copies.length - confirmed };
  }

  async function save(t: Transactor, item: RedressCase, verb: string): Promise<CaseView> {
    await t.redress.saveCase(item);
    // The audit log names the case only.
    await t.audit.note(verb, item.id, { kind: item.kind });
    return view(t, item);
  }

  return {
    open: (actor, { kind, request, receivedAt, records }) =>
      allowed(store, actor, "redress.write", async (t) => {
        if (!KINDS.includes(kind) || request.trim() === "" || request.length > MAX_TEXT || receivedAt > now()) {
          throw new SafeguardError(
            "redress-invalid",
            "a case has a kind, what was asked, and a day in the past on which it came",
            {
              fix: `Kinds are: ${KINDS.join(", ")}.`,
            },
          );
        }
        const held = [];
        for (const id of new Set(records)) {
          const record = await t.records.get(id);
          if (record === null)
            throw new SafeguardError("redress-invalid", `there is no record ${id} here that you may see`, {
              where: id,
            });
          held.push({ id, version: record.version });
        }
        const item: RedressCase = {
          id: `redress--${randomUUID()}`,
          kind,
          request,
          state: "open",
          receivedAt,
          dueAt: addMonths(receivedAt, deadlines.months),
          extendedBy: null,
          extensionReason: "",
          openedBy: officerOf(actor),
          openedAt: now(),
          outcome: null,
          reasons: "",
          decidedBy: null,
          decidedAt: null,
          closedAt: null,
          records: held,
        };
        return save(t, item, "redress.open");
      }),

    async list(viewer, open) {
      requirePermission(viewer, "redress.read");
      return store.read(viewer, async (r) => {
        const views: CaseView[] = [];
        for (const item of await r.redress.cases(open ? ["open", "decided"] : undefined))
          views.push(await view(r, item));
        return views;
      });
    },

    async show(viewer, id) {
      requirePermission(viewer, "redress.read");
      return store.read(viewer, async (r) => view(r, await existing(r, id)));
    },

    extend: (actor, id, reason) =>
      allowed(store, actor, "redress.decide", async (t) => {
        const item = await inState(t, id, "open");
        if (item.extendedBy !== null || item.dueAt < now() || reason.trim() === "" || reason.length > MAX_TEXT) {
          throw new SafeguardError("redress-state", "a case is extended once, before its time is over, with a reason", {
            fix: "Decide it now.",
          });
        }
        const dueAt = addMonths(item.receivedAt, deadlines.months + deadlines.extensionMonths);
        return save(t, { ...item, dueAt, extendedBy: officerOf(actor), extensionReason: reason }, "redress.extend");
      }),

    async decide(actor, id, { outcome, reasons }) {
      const decided = await allowed(store, actor, "redress.decide", async (t) => {
        const item = await inState(t, id, "open");
        const officer = officerOf(actor);
        if (officer === item.openedBy) {
          throw new SafeguardError("same-officer", "nobody decides a case that they opened", {
            fix: "Another officer decides.",
          });
        }
        if (reasons.trim() === "" || reasons.length > MAX_TEXT)
          throw new SafeguardError("redress-invalid", "a decision states its reasons", { where: "reasons" });
        if (item.kind === "erasure" && outcome !== "refused") {
          for (const record of item.records) await eraseOne(t, record.id, item.id);
        }
        return save(
          t,
          { ...item, state: "decided", outcome, reasons, decidedBy: officer, decidedAt: now() },
          "redress.decide",
        );
      });
      if (decided.case.kind === "erasure") await store.scrub();
      return decided;
    },

    async correct(actor, id) {
      requirePermission(actor, "release.draft");
      const due = await store.read(actor, async (r) => {
        const item = await existing(r, id);
        if (item.state !== "decided" || item.outcome === "refused" || item.kind === "erasure" || item.kind === "access")
          throw new SafeguardError("redress-state", "only a granted correction goes out to those who hold the record", {
            fix: "Decide the case first.",
          });
        return correctionsOf(r, item, party);
      });
      const drafted: string[] = [];
      for (const { release, records } of due) {
        const { release: draft } = await safeguards.draft(actor, {
          channel: release.channel,
          // The case's number only: what it is about is in the record.
          title: `Correction, ${id}`,
          purpose: release.purpose,
          necessity: `The recipient holds a version that was corrected on redress (${id}).`,
          legalBasis: release.legalBasis,
          reviewBy: release.reviewBy,
          records: records.map((record) => record.id),
          facts: Object.fromEntries(records.map((record) => [record.id, readFacts(record.facts)])),
        });
        await safeguards.submit(actor, draft.id);
        drafted.push(draft.id);
      }
      return drafted;
    },

    close: (actor, id) =>
      allowed(store, actor, "redress.decide", async (t) => {
        const item = await inState(t, id, "decided");
        const { missing } = await view(t, item);
        if (missing > 0) {
          throw new SafeguardError(
            "redress-state",
            `${missing} part${missing === 1 ? "y has" : "ies have"} not confirmed`,
            {
              fix: "See which: entente redress show. A correction goes out with: entente redress correct.",
            },
          );
        }
        return save(t, { ...item, state: "closed", closedAt: now() }, "redress.close");
      }),

    async notice(viewer, id) {
      requirePermission(viewer, "redress.read");
      const { state, dueAt } = await store.read(viewer, (r) => existing(r, id));
      return { case: id, text: noticeText(id, state, dueAt) };
    },
  };

  async function eraseOne(t: Transactor, record: string, caseId: string): Promise<void> {
    const hold = await holdOn(t, record);
    if (hold !== null) {
      throw new SafeguardError("redress-state", `${record} is kept under a legal hold`, {
        fix: `Release ${hold} first, or refuse the erasure with that reason (Directive (EU) 2016/680 art. 16(3)).`,
      });
    }
    await erasing.erase(t, record, `Redress ${caseId}`);
  }
}

function noticeText(id: string, state: RedressCase["state"], dueAt: Instant): string {
  const said =
    state === "open"
      ? `Your request has the number ${id}. You will be answered by ${dueAt.slice(0, 10)}.`
      : `Your request ${id} has been decided.`;
  return `${said} Ask for the answer in person or by the way you chose, and name this number; nothing about it is sent otherwise. You may complain to the supervisory authority and seek a remedy in court.`;
}

/** By recipient and release: the records of this case of which an older version is held there. */
async function correctionsOf(r: Reader, { records }: RedressCase, party: PartyId) {
  const due = new Map<string, { release: Release; records: { id: string; facts: string }[] }>();
  for (const { id, version } of records) {
    const current = await r.records.get(id);
    if (current === null || current.owner !== party || current.version <= version) continue;
    const copies = await r.releases.copiesOf(id);
    for (const copy of copies) {
      const live = copy.state === "sent" || copy.state === "confirmed";
      if (!live || copy.version >= current.version) continue;
      // One that is on its way already is not sent again.
      if (copies.some((other) => other.party === copy.party && other.version === current.version)) continue;
      const release = await r.releases.get(copy.release);
      if (release === null) continue;
      const item = (await r.releases.items(release.id)).find(({ recordId }) => recordId === id);
      const entry = due.get(release.id) ?? { release, records: [] };
      entry.records.push({ id, facts: item?.facts ?? "{}" });
      due.set(release.id, entry);
    }
  }
  return [...due.values()];
}

/** The same day of a later month, or that month's last (Regulation (EEC, Euratom) 1182/71 art. 3(2)(c)). */
export function addMonths(from: Instant, months: number): Instant {
  const [year, month, day] = [Number(from.slice(0, 4)), Number(from.slice(5, 7)), Number(from.slice(8, 10))];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const date = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last)));
  return `${date.toISOString().slice(0, 10)}${from.slice(10)}`;
}

async function existing(r: Reader, id: string): Promise<RedressCase> {
  const item = await r.redress.case(id);
  if (item === null) throw new SafeguardError("redress-unknown", `there is no case ${id}`);
  return item;
}

async function inState(t: Transactor, id: string, state: RedressCase["state"]): Promise<RedressCase> {
  await t.settings.lock(id);
  const item = await existing(t, id);
  if (item.state !== state) throw new SafeguardError("redress-state", `this case is ${item.state}, not ${state}`);
  return item;
}
