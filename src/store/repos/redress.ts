import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { SafeguardTables } from "../tables/safeguards.ts";
import { chunks, type RepoContext } from "./context.ts";
import type { Copy } from "./releases.ts";

/** A person asked for access, a correction or erasure, or disputes that a match is them. */
export interface RedressCase {
  readonly id: string;
  readonly kind: SafeguardTables["redress_case"]["kind"];
  /** What was asked, in the words of the case file; it may hold a person's data and stays here. */
  readonly request: string;
  readonly state: SafeguardTables["redress_case"]["state"];
  readonly receivedAt: Instant;
  readonly dueAt: Instant;
  readonly extendedBy: string | null;
  readonly extensionReason: string;
  readonly openedBy: string;
  readonly openedAt: Instant;
  readonly outcome: SafeguardTables["redress_case"]["outcome"];
  readonly reasons: string;
  readonly decidedBy: string | null;
  readonly decidedAt: Instant | null;
  readonly closedAt: Instant | null;
  /** With the version that was held when the case was opened. */
  readonly records: readonly { readonly id: string; readonly version: Instant }[];
}

/** What selects the copies that should not have left; each part narrows, and one at least is given. */
export interface ErrorQuery {
  readonly records?: readonly string[];
  readonly marking?: string;
  readonly from?: Instant;
  readonly until?: Instant;
  readonly recipient?: PartyId;
}

export interface ErrorReport {
  readonly id: string;
  readonly what: string;
  readonly query: ErrorQuery;
  readonly state: "open" | "closed";
  readonly openedBy: string;
  readonly openedAt: Instant;
  readonly closedBy: string | null;
  readonly closedAt: Instant | null;
  readonly closing: string;
}

/** A copy that a report names, with what is known of it today. */
export type ReportedCopy = Pick<Copy, "recordId" | "version" | "party" | "channel" | "release" | "sequence"> & {
  readonly state: Copy["state"];
};

export interface RedressReader {
  case(id: string): Promise<RedressCase | null>;
  /** By when it is due, the earliest first. */
  cases(states?: readonly RedressCase["state"][]): Promise<readonly RedressCase[]>;
  report(id: string): Promise<ErrorReport | null>;
  reports(states?: readonly ErrorReport["state"][]): Promise<readonly ErrorReport[]>;
  reportedCopies(report: string): Promise<readonly ReportedCopy[]>;
  /** Copies that left under these terms, whatever became of them. Whoever may see the records. */
  affected(query: ErrorQuery): Promise<readonly ReportedCopy[]>;
}

export interface RedressWriter extends RedressReader {
  saveCase(item: RedressCase): Promise<void>;
  saveReport(report: ErrorReport): Promise<void>;
  addReportedCopies(report: string, copies: readonly ReportedCopy[]): Promise<void>;
}

export function redressRepo(context: RepoContext): RedressWriter {
  return { ...readRedress(context), ...writeRedress(context) };
}

function readRedress({ tx }: RepoContext): RedressReader {
  const cases = () => tx.db.selectFrom("redress_case").selectAll();
  async function toCase(row: SafeguardTables["redress_case"]): Promise<RedressCase> {
    const records = await tx.db
      .selectFrom("redress_record")
      .select(["record_id", "version"])
      .where("case_id", "=", row.id)
      .orderBy("record_id")
      .execute();
    return {
      id: row.id,
      kind: row.kind,
      request: row.request,
      state: row.state,
      receivedAt: row.received_at,
      dueAt: row.due_at,
      extendedBy: row.extended_by,
      extensionReason: row.extension_reason,
      openedBy: row.opened_by,
      openedAt: row.opened_at,
      outcome: row.outcome,
      reasons: row.reasons,
      decidedBy: row.decided_by,
      decidedAt: row.decided_at,
      closedAt: row.closed_at,
      records: records.map(({ record_id, version }) => ({ id: record_id, version })),
    };
  }
  const toReport = (row: SafeguardTables["error_report"]): ErrorReport => ({
    id: row.id,
    what: row.what,
    query: JSON.parse(row.query) as ErrorQuery,
    state: row.state,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    closedBy: row.closed_by,
    closedAt: row.closed_at,
    closing: row.closing,
  });
  return {
    async case(id) {
      const row = await cases().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toCase(row);
    },
    async cases(states) {
      const select = states === undefined ? cases() : cases().where("state", "in", [...states]);
      return Promise.all((await select.orderBy("due_at").orderBy("id").execute()).map(toCase));
    },
    async report(id) {
      const row = await tx.db.selectFrom("error_report").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toReport(row);
    },
    async reports(states) {
      let select = tx.db.selectFrom("error_report").selectAll();
      if (states !== undefined) select = select.where("state", "in", [...states]);
      return (await select.orderBy("opened_at", "desc").orderBy("id").execute()).map(toReport);
    },
    async reportedCopies(report) {
      const rows = await tx.db
        .selectFrom("error_report_copy as reported")
        .innerJoin("copy", (join) =>
          join
            .onRef("copy.record_id", "=", "reported.record_id")
            .onRef("copy.version", "=", "reported.version")
            .onRef("copy.party", "=", "reported.party"),
        )
        .select([
          "reported.record_id",
          "reported.version",
          "reported.party",
          "reported.channel",
          "reported.release",
          "reported.sequence",
          "copy.state",
        ])
        .where("reported.report", "=", report)
        .orderBy("reported.record_id")
        .orderBy("reported.party")
        .execute();
      return rows.map(({ record_id, ...row }) => ({ ...row, recordId: record_id }));
    },
    async affected({ records, marking, from, until, recipient }) {
      const found: ReportedCopy[] = [];
      for (const part of records === undefined ? [null] : chunks([...new Set(records)])) {
        let select = tx.db
          .selectFrom("copy")
          .innerJoin("release", "release.id", "copy.release")
          .select([
            "copy.record_id",
            "copy.version",
            "copy.party",
            "copy.channel",
            "copy.release",
            "copy.sequence",
            "copy.state",
          ]);
        if (part !== null) select = select.where("copy.record_id", "in", part);
        if (recipient !== undefined) select = select.where("copy.party", "=", recipient);
        if (from !== undefined) select = select.where("release.decided_at", ">=", from);
        if (until !== undefined) select = select.where("release.decided_at", "<", until);
        if (marking !== undefined) {
          select = select.where((eb) =>
            eb.exists(
              eb
                .selectFrom("record")
                .innerJoin("label_ref", "label_ref.label", "record.label")
                .select("record.seq")
                .whereRef("record.id", "=", "copy.record_id")
                .whereRef("record.version", "=", "copy.version")
                .where("label_ref.ref", "=", marking),
            ),
          );
        }
        const rows = await select.orderBy("copy.record_id").orderBy("copy.party").execute();
        found.push(...rows.map(({ record_id, ...row }) => ({ ...row, recordId: record_id })));
      }
      return found;
    },
  };
}

function writeRedress({ tx }: RepoContext): Omit<RedressWriter, keyof RedressReader> {
  return {
    async saveCase(item) {
      const row = {
        kind: item.kind,
        request: item.request,
        state: item.state,
        received_at: item.receivedAt,
        due_at: item.dueAt,
        extended_by: item.extendedBy,
        extension_reason: item.extensionReason,
        opened_by: item.openedBy,
        opened_at: item.openedAt,
        outcome: item.outcome,
        reasons: item.reasons,
        decided_by: item.decidedBy,
        decided_at: item.decidedAt,
        closed_at: item.closedAt,
      };
      await tx.db
        .insertInto("redress_case")
        .values({ id: item.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
      for (const { id, version } of item.records) {
        await tx.db
          .insertInto("redress_record")
          .values({ case_id: item.id, record_id: id, version })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    async saveReport(item) {
      const row = {
        what: item.what,
        query: JSON.stringify(item.query),
        state: item.state,
        opened_by: item.openedBy,
        opened_at: item.openedAt,
        closed_by: item.closedBy,
        closed_at: item.closedAt,
        closing: item.closing,
      };
      await tx.db
        .insertInto("error_report")
        .values({ id: item.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    async addReportedCopies(report, copies) {
      for (const { recordId, version, party, channel, release, sequence } of copies) {
        await tx.db
          .insertInto("error_report_copy")
          .values({ report, record_id: recordId, version, party, channel, release, sequence })
          .execute();
      }
    },
  };
}
