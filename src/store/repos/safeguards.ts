import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { SafeguardTables } from "../tables/safeguards.ts";
import { chunks, type RepoContext } from "./context.ts";

/** What is known to threaten people at a party or in its country. */
export interface Risk {
  readonly id: string;
  readonly kind: string;
  /** ISO 3166-1 alpha-2, or empty. */
  readonly country: string;
  readonly parties: readonly PartyId[];
  readonly text: string;
  /** Where this is known from. */
  readonly source: string;
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
  /** Who first said that it is over, where two must. */
  readonly endingBy: string | null;
  readonly endedBy: string | null;
  readonly endedAt: Instant | null;
  readonly endReason: string;
}

/** A party's word that it will not do something to the people in what it is given. */
export interface Assurance {
  readonly id: string;
  readonly giver: PartyId;
  readonly text: string;
  /** Who gave it for the party. */
  readonly signatory: string;
  readonly givenOn: Instant;
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
  readonly risks: readonly string[];
  /** `null`: for whoever is in what is given. */
  readonly records: readonly string[] | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly withdrawnBy: string | null;
  readonly withdrawnAt: Instant | null;
  readonly withdrawReason: string;
}

export interface RiskDecision {
  readonly release: string;
  readonly capacity: "legal" | "senior";
  readonly decision: "allow" | "refuse";
  readonly reasons: string;
  readonly covers: readonly { readonly record: string; readonly risk: string }[];
  readonly officer: string;
  readonly at: Instant;
}

export interface LegalHoldRow {
  readonly id: string;
  readonly recordId: string;
  readonly reason: string;
  readonly until: Instant | null;
  readonly placedBy: string;
  readonly placedAt: Instant;
  readonly releasedBy: string | null;
  readonly releasedAt: Instant | null;
  readonly releaseReason: string;
}

export interface ReceivedFact {
  readonly recordId: string;
  readonly version: Instant;
  readonly channel: string;
  readonly release: string;
  readonly reviewBy: Instant;
  /** JSON: what the giver said of the record beside its text. */
  readonly facts: string;
}

/** A record whose keeping is to be looked at: here, or in a partner's hands. */
export interface ReviewDue {
  readonly recordId: string;
  readonly version: Instant;
  readonly side: "given" | "received";
  readonly channel: string;
  readonly release: string;
  /** After the last review. */
  readonly reviewBy: Instant;
}

export interface SafeguardReader {
  risks(): Promise<readonly Risk[]>;
  risk(id: string): Promise<Risk | null>;
  assurances(giver?: PartyId): Promise<readonly Assurance[]>;
  assurance(id: string): Promise<Assurance | null>;
  /** The last word of each capacity on this release. */
  riskDecisions(release: string): Promise<readonly RiskDecision[]>;
  /** Of these records, those that are about a person or refer to a record that is, whoever may see it. */
  concernPersons(recordIds: readonly string[]): Promise<ReadonlySet<string>>;
  holds(recordId?: string): Promise<readonly LegalHoldRow[]>;
  hold(id: string): Promise<LegalHoldRow | null>;
  receivedFacts(recordId: string): Promise<readonly ReceivedFact[]>;
  /** What is to be looked at by then, the earliest first. */
  reviewsDue(until: Instant, limit: number): Promise<readonly ReviewDue[]>;
}

export interface SafeguardWriter extends SafeguardReader {
  saveRisk(risk: Risk): Promise<void>;
  saveAssurance(assurance: Assurance): Promise<void>;
  addRiskDecision(decision: RiskDecision): Promise<void>;
  saveHold(hold: LegalHoldRow): Promise<void>;
  keepFacts(facts: readonly ReceivedFact[]): Promise<void>;
  addReview(review: {
    readonly recordId: string;
    readonly nextReview: Instant;
    readonly reason: string;
    readonly officer: string;
  }): Promise<void>;
}

type Row<Name extends keyof SafeguardTables> = Omit<SafeguardTables[Name], "seq">;

const toRisk = (row: Row<"risk">): Risk => ({
  id: row.id,
  kind: row.kind,
  country: row.country,
  parties: JSON.parse(row.parties) as string[],
  text: row.text,
  source: row.source,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  createdAt: row.created_at,
  createdBy: row.created_by,
  endingBy: row.ending_by,
  endedBy: row.ended_by,
  endedAt: row.ended_at,
  endReason: row.end_reason,
});

const toAssurance = (row: Row<"assurance">): Assurance => ({
  id: row.id,
  giver: row.giver,
  text: row.text,
  signatory: row.signatory,
  givenOn: row.given_on,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  risks: JSON.parse(row.risks) as string[],
  records: row.records === null ? null : (JSON.parse(row.records) as string[]),
  createdAt: row.created_at,
  createdBy: row.created_by,
  withdrawnBy: row.withdrawn_by,
  withdrawnAt: row.withdrawn_at,
  withdrawReason: row.withdraw_reason,
});

const toHold = (row: Row<"legal_hold">): LegalHoldRow => ({
  id: row.id,
  recordId: row.record_id,
  reason: row.reason,
  until: row.until,
  placedBy: row.placed_by,
  placedAt: row.placed_at,
  releasedBy: row.released_by,
  releasedAt: row.released_at,
  releaseReason: row.release_reason,
});

export function safeguardRepo(context: RepoContext): SafeguardWriter {
  return { ...readSafeguards(context), ...writeSafeguards(context) };
}

function readSafeguards({ tx }: RepoContext): SafeguardReader {
  return {
    async risks() {
      return (await tx.db.selectFrom("risk").selectAll().orderBy("created_at").orderBy("id").execute()).map(toRisk);
    },
    async risk(id) {
      const row = await tx.db.selectFrom("risk").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toRisk(row);
    },
    async assurances(giver) {
      let select = tx.db.selectFrom("assurance").selectAll();
      if (giver !== undefined) select = select.where("giver", "=", giver);
      return (await select.orderBy("given_on").orderBy("id").execute()).map(toAssurance);
    },
    async assurance(id) {
      const row = await tx.db.selectFrom("assurance").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toAssurance(row);
    },
    async riskDecisions(release) {
      const rows = await tx.db
        .selectFrom("risk_decision")
        .selectAll()
        .where("release", "=", release)
        .orderBy("seq")
        .execute();
      const last = new Map(
        rows.map(({ capacity, decision, reasons, covers, officer, at }): [string, RiskDecision] => [
          capacity,
          { release, capacity, decision, reasons, covers: JSON.parse(covers) as RiskDecision["covers"], officer, at },
        ]),
      );
      return [...last.values()];
    },
    async concernPersons(recordIds) {
      const found = new Set<string>();
      for (const part of chunks([...new Set(recordIds)])) {
        const own = tx.db.selectFrom("record").select("id").where("id", "in", part).where("about_person", "=", 1);
        const named = tx.db
          .selectFrom("edge")
          .innerJoin("record", "record.id", "edge.to_id")
          .select("edge.from_id as id")
          .where("edge.from_id", "in", part)
          .where("edge.property", "!=", "created_by_ref")
          .where("record.about_person", "=", 1);
        for (const { id } of [...(await own.execute()), ...(await named.execute())]) found.add(id);
      }
      return found;
    },
    async holds(recordId) {
      let select = tx.db.selectFrom("legal_hold").selectAll();
      if (recordId !== undefined) select = select.where("record_id", "=", recordId);
      return (await select.orderBy("placed_at").orderBy("id").execute()).map(toHold);
    },
    async hold(id) {
      const row = await tx.db.selectFrom("legal_hold").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toHold(row);
    },
    async receivedFacts(recordId) {
      const rows = await tx.db
        .selectFrom("received_fact")
        .selectAll()
        .where("record_id", "=", recordId)
        .orderBy("version", "desc")
        .execute();
      return rows.map(({ record_id, review_by, ...row }) => ({ ...row, recordId: record_id, reviewBy: review_by }));
    },
    async reviewsDue(until, limit) {
      const given = tx.db
        .selectFrom("copy")
        .innerJoin("release", "release.id", "copy.release")
        .select(["copy.record_id", "copy.version", "copy.channel", "copy.release", "release.review_by"])
        .where("copy.state", "in", ["sent", "confirmed"])
        .where("release.review_by", "is not", null)
        .where("release.review_by", "<=", until);
      const received = tx.db
        .selectFrom("received_fact")
        .innerJoin("record", (join) =>
          join.onRef("record.id", "=", "received_fact.record_id").onRef("record.version", "=", "received_fact.version"),
        )
        .select([
          "received_fact.record_id",
          "received_fact.version",
          "received_fact.channel",
          "received_fact.release",
          "received_fact.review_by",
        ])
        .where("record.state", "=", "held")
        .where("received_fact.review_by", "<=", until);
      const later = await tx.db
        .selectFrom("retention_review")
        .select(["record_id", "next_review"])
        .orderBy("seq")
        .execute();
      const next = new Map(later.map((row) => [row.record_id, row.next_review]));
      const rows = [
        ...(await given.execute()).map((row) => ({ ...row, side: "given" as const })),
        ...(await received.execute()).map((row) => ({ ...row, side: "received" as const })),
      ];
      // One reminder for a record in one place, whichever versions of it are there.
      const newest = new Map<string, (typeof rows)[number]>();
      for (const row of rows) {
        const key = `${row.record_id} ${row.side} ${row.channel}`;
        const known = newest.get(key);
        if (known === undefined || known.version < row.version) newest.set(key, row);
      }
      return [...newest.values()]
        .map(({ record_id, review_by, ...row }): ReviewDue => {
          const looked = next.get(record_id) ?? "";
          const by = review_by ?? "";
          return { ...row, recordId: record_id, reviewBy: looked > by ? looked : by };
        })
        .filter(({ reviewBy }) => reviewBy <= until)
        .toSorted((a, b) => (a.reviewBy < b.reviewBy ? -1 : 1))
        .slice(0, limit);
    },
  };
}

function writeSafeguards({ tx, now }: RepoContext): Omit<SafeguardWriter, keyof SafeguardReader> {
  return {
    async saveRisk(risk) {
      const row = {
        kind: risk.kind,
        country: risk.country,
        parties: JSON.stringify(risk.parties),
        text: risk.text,
        source: risk.source,
        valid_from: risk.validFrom,
        valid_until: risk.validUntil,
        created_at: risk.createdAt,
        created_by: risk.createdBy,
        ending_by: risk.endingBy,
        ended_by: risk.endedBy,
        ended_at: risk.endedAt,
        end_reason: risk.endReason,
      };
      await tx.db
        .insertInto("risk")
        .values({ id: risk.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    async saveAssurance(item) {
      const row = {
        giver: item.giver,
        text: item.text,
        signatory: item.signatory,
        given_on: item.givenOn,
        valid_from: item.validFrom,
        valid_until: item.validUntil,
        risks: JSON.stringify(item.risks),
        records: item.records === null ? null : JSON.stringify(item.records),
        created_at: item.createdAt,
        created_by: item.createdBy,
        withdrawn_by: item.withdrawnBy,
        withdrawn_at: item.withdrawnAt,
        withdraw_reason: item.withdrawReason,
      };
      await tx.db
        .insertInto("assurance")
        .values({ id: item.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    async addRiskDecision({ covers, ...row }) {
      await tx.db
        .insertInto("risk_decision")
        .values({ ...row, covers: JSON.stringify(covers) })
        .execute();
    },
    async saveHold(item) {
      const row = {
        record_id: item.recordId,
        reason: item.reason,
        until: item.until,
        placed_by: item.placedBy,
        placed_at: item.placedAt,
        released_by: item.releasedBy,
        released_at: item.releasedAt,
        release_reason: item.releaseReason,
      };
      await tx.db
        .insertInto("legal_hold")
        .values({ id: item.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    async keepFacts(facts) {
      const last = new Map(facts.map((fact) => [`${fact.recordId} ${fact.version} ${fact.channel}`, fact]));
      const rows = [...last.values()].map(({ recordId, reviewBy, ...row }) => ({
        ...row,
        record_id: recordId,
        review_by: reviewBy,
      }));
      for (const part of chunks(rows, 100)) {
        await tx.db
          .insertInto("received_fact")
          .values(part)
          .onConflict((conflict) =>
            conflict.columns(["record_id", "version", "channel"]).doUpdateSet((eb) => ({
              release: eb.ref("excluded.release"),
              review_by: eb.ref("excluded.review_by"),
              facts: eb.ref("excluded.facts"),
            })),
          )
          .execute();
      }
    },
    async addReview({ recordId, nextReview, reason, officer }) {
      await tx.db
        .insertInto("retention_review")
        .values({ record_id: recordId, next_review: nextReview, reason, officer, at: now })
        .execute();
    },
  };
}
