import { randomUUID } from "node:crypto";
import { type Clock, daysBetween, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { LegalHoldRow, Reader, ReceivedFact, ReviewDue, Store } from "#store";
import { allowed, officerOf } from "./act.ts";
import { SafeguardError } from "./errors.ts";

export interface ReviewReminder extends ReviewDue {
  /** `null` when this viewer may not see the record. */
  readonly title: string | null;
  /** Negative when it is overdue. */
  readonly days: number;
}

export interface Retention {
  /** What is to be looked at within these days, and what is overdue; the earliest first. */
  due(viewer: Viewer, days: number): Promise<readonly ReviewReminder[]>;
  /** It was looked at and is still needed, with the day on which it is looked at again: at most five years away. */
  keep(actor: Viewer, recordId: string, nextReview: Instant, reason: string): Promise<void>;
  /** A duty to keep: neither expiry nor the originator's recall deletes the record while it lasts. */
  hold(actor: Viewer, recordId: string, reason: string, until: Instant | null): Promise<LegalHoldRow>;
  releaseHold(actor: Viewer, id: string, reason: string): Promise<LegalHoldRow>;
  holds(viewer: Viewer): Promise<readonly LegalHoldRow[]>;
  /** What a giver said of a received record beside its text; nothing for one that this viewer may not see. */
  facts(viewer: Viewer, recordId: string): Promise<readonly ReceivedFact[]>;
}

const LONGEST_DAYS = 5 * 366;
const MAX_DUE = 1000;
const MAX_REASON = 10_000;

export function createRetention({ store, clock }: { readonly store: Store; readonly clock: Clock }): Retention {
  const now = (): Instant => instantOf(clock());
  const reasoned = (reason: string): void => {
    if (reason.trim() === "" || reason.length > MAX_REASON)
      throw new SafeguardError("hold-invalid", `a reason is stated, in at most ${MAX_REASON} characters`);
  };

  return {
    async due(viewer, days) {
      requirePermission(viewer, "content.read");
      if (!Number.isInteger(days) || days < 0 || days > 36_600)
        throw new SafeguardError("review-invalid", "a number of days, from 0 to 36600", { where: "days" });
      return store.read(viewer, async (r) => {
        const until = instantOf(new Date(clock().getTime() + days * 86_400_000));
        const found: ReviewReminder[] = [];
        for (const item of await r.safeguards.reviewsDue(until, MAX_DUE)) {
          const record = await r.records.get(item.recordId, item.version);
          // What a viewer may not see is not counted for them either.
          if (record !== null) found.push({ ...item, title: record.title, days: daysBetween(now(), item.reviewBy) });
        }
        return found;
      });
    },

    keep: (actor, recordId, nextReview, reason) =>
      allowed(store, actor, "retention.keep", async (t) => {
        reasoned(reason);
        await requireRecord(t, recordId);
        const days = daysBetween(now(), nextReview);
        if (days <= 0 || days > LONGEST_DAYS) {
          throw new SafeguardError("review-invalid", "the next review is in the future, at most five years away", {
            fix: "Name a day within the next five years, or let the record expire.",
          });
        }
        await t.safeguards.addReview({ recordId, nextReview, reason, officer: officerOf(actor) });
        await t.audit.note("retention.keep", recordId, { nextReview });
      }),

    hold: (actor, recordId, reason, until) =>
      allowed(store, actor, "retention.keep", async (t) => {
        reasoned(reason);
        await requireRecord(t, recordId);
        if (until !== null && until <= now())
          throw new SafeguardError("hold-invalid", "the hold ends before it begins");
        const row: LegalHoldRow = {
          id: `hold--${randomUUID()}`,
          recordId,
          reason,
          until,
          placedBy: officerOf(actor),
          placedAt: now(),
          releasedBy: null,
          releasedAt: null,
          releaseReason: "",
        };
        await t.safeguards.saveHold(row);
        await t.audit.note("hold.place", recordId, { hold: row.id });
        return row;
      }),

    releaseHold: (actor, id, reason) =>
      allowed(store, actor, "retention.keep", async (t) => {
        reasoned(reason);
        await t.settings.lock(id);
        const held = await t.safeguards.hold(id);
        if (held === null || held.releasedAt !== null)
          throw new SafeguardError("hold-unknown", `there is no hold ${id} in force`);
        const row: LegalHoldRow = { ...held, releasedBy: officerOf(actor), releasedAt: now(), releaseReason: reason };
        await t.safeguards.saveHold(row);
        await t.audit.note("hold.release", held.recordId, { hold: id });
        return row;
      }),

    async facts(viewer, recordId) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => {
        const seen = new Set((await r.records.versions(recordId)).map(({ version }) => version));
        return (await r.safeguards.receivedFacts(recordId)).filter(({ version }) => seen.has(version));
      });
    },

    async holds(viewer) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => {
        const rows: LegalHoldRow[] = [];
        for (const row of await r.safeguards.holds())
          if ((await r.records.versions(row.recordId)).length > 0) rows.push(row);
        return rows;
      });
    },
  };
}

/** What the exchange asks before it deletes. @returns the hold that keeps the record, or `null`; its reason is not for partners. */
export function legalHoldOn(clock: Clock): (r: Reader, recordId: string) => Promise<string | null> {
  return async (r, recordId) => {
    const now = instantOf(clock());
    const held = (await r.safeguards.holds(recordId)).find(
      ({ until, releasedAt }) => releasedAt === null && (until === null || until > now),
    );
    return held === undefined ? null : held.id;
  };
}

async function requireRecord(r: Reader, id: string): Promise<void> {
  if ((await r.records.versions(id)).length === 0)
    throw new SafeguardError("hold-invalid", `there is no record ${id} here that you may see`, { where: id });
}
