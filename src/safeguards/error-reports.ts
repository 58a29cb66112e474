import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import type { PartyId, Viewer } from "#policy";
import type { ErrorQuery, ErrorReport, Reader, ReportedCopy, Store, Transactor } from "#store";
import { allowed, officerOf } from "./act.ts";
import { SafeguardError } from "./errors.ts";

/** A report, with what left and what has become of it. */
export interface ReportView {
  readonly report: ErrorReport;
  /** By when the supervisory authority is told: Directive (EU) 2016/680 art. 30(1). */
  readonly notifyBy: Instant;
  readonly recipients: readonly { readonly id: PartyId; readonly name: string; readonly copies: number }[];
  readonly copies: readonly ReportedCopy[];
  /** Copies of records that this viewer may not see: they are affected, and not named. */
  readonly hidden: number;
  /** Of all: gone, with the holder's receipt. */
  readonly gone: number;
  readonly remaining: number;
}

/** Takes records back. The exchange does it. */
export interface Recalling {
  /** @returns how many parties are told. */
  recall(t: Transactor, recordId: string, reason: string): Promise<number>;
}

export interface ErrorReports {
  /** Whoever learns of it reports it: UK “The Principles” (mandatory reporting of errors). The affected copies are found and kept with it. */
  open(actor: Viewer, input: { readonly what: string; readonly query: ErrorQuery }): Promise<ReportView>;
  list(viewer: Viewer, open: boolean): Promise<readonly ReportView[]>;
  show(viewer: Viewer, id: string): Promise<ReportView>;
  /** Takes back what is still out there. @returns how many recalls went. */
  recall(actor: Viewer, id: string): Promise<number>;
  /** Only when nothing that it names is out there any more. */
  close(actor: Viewer, id: string, closing: string): Promise<ReportView>;
}

const NOTIFY_HOURS = 72;
const MAX_TEXT = 20_000;
const LIVE: readonly string[] = ["sent", "confirmed"];
const OUT: readonly string[] = [...LIVE, "recall-sent"];

export function createErrorReports(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly recalling: Recalling;
}): ErrorReports {
  const { store, clock, recalling } = deps;
  const now = (): Instant => instantOf(clock());

  return {
    open: (actor, { what, query }) =>
      allowed(store, actor, "error.report", async (t) => {
        if (what.trim() === "" || what.length > MAX_TEXT || Object.values(query).every((part) => part === undefined)) {
          throw new SafeguardError(
            "error-invalid",
            "a report says what happened and which records, marking, period or recipient it concerns",
            {
              fix: "Name one at least; each narrows.",
            },
          );
        }
        const affected = await t.redress.affected(query);
        const report: ErrorReport = {
          id: `error-report--${randomUUID()}`,
          what,
          query,
          state: "open",
          openedBy: officerOf(actor),
          openedAt: now(),
          closedBy: null,
          closedAt: null,
          closing: "",
        };
        await t.redress.saveReport(report);
        await t.redress.addReportedCopies(report.id, affected);
        await t.audit.note("error.report", report.id, { copies: affected.length });
        return viewOf(t, report);
      }),

    async list(viewer, open) {
      requirePermission(viewer, "error.read");
      return store.read(viewer, async (r) => {
        const views: ReportView[] = [];
        for (const report of await r.redress.reports(open ? ["open"] : undefined)) views.push(await viewOf(r, report));
        return views;
      });
    },

    async show(viewer, id) {
      requirePermission(viewer, "error.read");
      return store.read(viewer, async (r) => viewOf(r, await existing(r, id)));
    },

    recall: (actor, id) =>
      allowed(store, actor, "release.recall", async (t) => {
        const report = await openReport(t, id);
        const live = (await t.redress.reportedCopies(id)).filter(({ state }) => LIVE.includes(state));
        let told = 0;
        for (const record of new Set(live.map(({ recordId }) => recordId)))
          told += await recalling.recall(t, record, `Given in error (${report.id})`);
        await t.audit.note("error.recall", id, { told });
        return told;
      }),

    close: (actor, id, closing) =>
      allowed(store, actor, "error.close", async (t) => {
        const report = await openReport(t, id);
        const { remaining } = await viewOf(t, report);
        if (remaining > 0 || closing.trim() === "" || closing.length > MAX_TEXT) {
          throw new SafeguardError(
            "error-state",
            remaining > 0
              ? `${remaining} of what left is not confirmed as gone`
              : "a closing says what was found and changed",
            { fix: "Take it back: entente error-report recall. See who has not confirmed: entente error-report show." },
          );
        }
        const closed: ErrorReport = {
          ...report,
          state: "closed",
          closedBy: officerOf(actor),
          closedAt: now(),
          closing,
        };
        await t.redress.saveReport(closed);
        await t.audit.note("error.close", id);
        return viewOf(t, closed);
      }),
  };
}

async function viewOf(r: Reader, report: ErrorReport): Promise<ReportView> {
  const all = await r.redress.reportedCopies(report.id);
  const names = new Map((await r.channels.list()).map((channel) => [channel.partner, channel.partnerName]));
  const seen = new Map<string, boolean>();
  for (const { recordId } of all)
    if (!seen.has(recordId)) seen.set(recordId, (await r.records.versions(recordId)).length > 0);
  const copies = all.filter(({ recordId }) => seen.get(recordId));
  const counts = new Map<PartyId, number>();
  for (const { party } of all) counts.set(party, (counts.get(party) ?? 0) + 1);
  const remaining = all.filter(({ state }) => OUT.includes(state)).length;
  return {
    report,
    notifyBy: instantOf(new Date(Date.parse(report.openedAt) + NOTIFY_HOURS * 3_600_000)),
    recipients: [...counts].map(([id, count]) => ({ id, name: names.get(id) ?? id, copies: count })),
    copies,
    hidden: all.length - copies.length,
    gone: all.length - remaining,
    remaining,
  };
}

async function existing(r: Reader, id: string): Promise<ErrorReport> {
  const report = await r.redress.report(id);
  if (report === null) throw new SafeguardError("error-unknown", `there is no report ${id}`);
  return report;
}

async function openReport(t: Transactor, id: string): Promise<ErrorReport> {
  await t.settings.lock(id);
  const report = await existing(t, id);
  if (report.state !== "open") throw new SafeguardError("error-state", "this report is closed");
  return report;
}
