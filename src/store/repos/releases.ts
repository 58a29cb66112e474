import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { ReleaseState, ReleaseTables } from "../tables/releases.ts";
import { chunks, type RepoContext } from "./context.ts";

export interface LegalBasis {
  readonly id: string;
  readonly title: string;
  /** The instrument, with its article. */
  readonly citation: string;
  readonly purposes: readonly string[];
  readonly parties: readonly PartyId[];
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
}

export interface Release {
  readonly id: string;
  readonly channel: string;
  readonly recipient: PartyId;
  readonly title: string;
  readonly purpose: string;
  readonly necessity: string;
  readonly legalBasis: string | null;
  readonly reviewBy: Instant | null;
  readonly state: ReleaseState;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly submittedAt: Instant | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Instant | null;
  readonly decisionNote: string;
  /** How many parcels carry it; 0 until approved. */
  readonly parts: number;
  /** The ciphertext goes first, the key on the recipient's signed receipt. */
  readonly fair: boolean;
}

export interface ReleaseItem {
  readonly recordId: string;
  readonly version: Instant;
  readonly place: number;
  readonly state: ReleaseTables["release_item"]["state"];
  /** JSON: the safeguards' answer when it was last asked. */
  readonly answer: string;
  /** JSON: what the drafter says of the record. */
  readonly facts: string;
}

export interface Copy {
  readonly recordId: string;
  readonly version: Instant;
  readonly party: PartyId;
  readonly channel: string;
  readonly release: string;
  readonly sequence: number;
  readonly state: ReleaseTables["copy"]["state"];
  readonly updatedAt: Instant;
}

export interface ReleaseReader {
  get(id: string): Promise<Release | null>;
  list(query?: { states?: readonly ReleaseState[]; limit?: number }): Promise<readonly Release[]>;
  items(id: string): Promise<readonly ReleaseItem[]>;
  basis(id: string): Promise<LegalBasis | null>;
  bases(): Promise<readonly LegalBasis[]>;
  copiesOf(recordId: string): Promise<readonly Copy[]>;
  /** As `copiesOf`, for many records at once: the copies that one channel carried. */
  copiesOn(channel: string, recordIds: readonly string[]): Promise<readonly Copy[]>;
  copiesIn(release: string): Promise<readonly Copy[]>;
  /** Copies of which no receipt has come: given, or taken back. Oldest first. */
  unconfirmed(limit: number): Promise<readonly Copy[]>;
}

export interface ReleaseWriter extends ReleaseReader {
  /** Writes the whole release; the first time it is made. */
  save(release: Release): Promise<void>;
  /** Replaces the list of items. */
  setItems(id: string, items: readonly ReleaseItem[]): Promise<void>;
  addBasis(basis: LegalBasis): Promise<void>;
  saveCopy(copy: Copy): Promise<void>;
  /** Copies, and releases that nobody has decided yet, go on in the channel that continues theirs. */
  moveChannel(from: string, to: string): Promise<void>;
  saveCopies(copies: readonly Copy[]): Promise<void>;
}

export function releaseRepo({ tx }: RepoContext): ReleaseWriter {
  const releases = () => tx.db.selectFrom("release").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof releases>["executeTakeFirstOrThrow"]>>;
  const toRelease = (row: Row): Release => ({
    id: row.id,
    channel: row.channel,
    recipient: row.recipient,
    title: row.title,
    purpose: row.purpose,
    necessity: row.necessity,
    legalBasis: row.legal_basis,
    reviewBy: row.review_by,
    state: row.state,
    createdBy: row.created_by,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    decisionNote: row.decision_note,
    parts: row.parts,
    fair: row.fair === 1,
  });
  const bases = () => tx.db.selectFrom("legal_basis").selectAll();
  type BasisRow = Awaited<ReturnType<ReturnType<typeof bases>["executeTakeFirstOrThrow"]>>;
  const toBasis = (row: BasisRow): LegalBasis => ({
    id: row.id,
    title: row.title,
    citation: row.citation,
    purposes: JSON.parse(row.purposes) as string[],
    parties: JSON.parse(row.parties) as string[],
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    createdAt: row.created_at,
    createdBy: row.created_by,
  });
  const copies = () => tx.db.selectFrom("copy").selectAll();
  type CopyRow = Awaited<ReturnType<ReturnType<typeof copies>["executeTakeFirstOrThrow"]>>;
  const toCopy = ({ record_id, updated_at, ...row }: CopyRow): Copy => ({
    ...row,
    recordId: record_id,
    updatedAt: updated_at,
  });

  return {
    async get(id) {
      const row = await releases().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toRelease(row);
    },
    async list({ states, limit = 100 } = {}) {
      const select = states === undefined ? releases() : releases().where("state", "in", [...states]);
      return (await select.orderBy("created_at", "desc").limit(limit).execute()).map(toRelease);
    },
    async items(id) {
      const rows = await tx.db
        .selectFrom("release_item")
        .selectAll()
        .where("release", "=", id)
        .orderBy("place")
        .execute();
      return rows.map(({ record_id, version, place, state, answer, facts }) => ({
        recordId: record_id,
        version,
        place,
        state,
        answer,
        facts,
      }));
    },
    async basis(id) {
      const row = await bases().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toBasis(row);
    },
    async bases() {
      return (await bases().orderBy("title").execute()).map(toBasis);
    },
    async copiesOf(recordId) {
      return (await copies().where("record_id", "=", recordId).orderBy("updated_at", "desc").execute()).map(toCopy);
    },
    async copiesOn(channel, recordIds) {
      const found: Copy[] = [];
      for (const part of chunks([...new Set(recordIds)]))
        found.push(
          ...(await copies().where("channel", "=", channel).where("record_id", "in", part).execute()).map(toCopy),
        );
      return found;
    },
    async copiesIn(release) {
      return (await copies().where("release", "=", release).orderBy("record_id").execute()).map(toCopy);
    },
    async unconfirmed(limit) {
      const rows = await copies()
        .where("state", "in", ["sent", "recall-sent"])
        .orderBy("updated_at")
        .limit(limit)
        .execute();
      return rows.map(toCopy);
    },
    async save(release) {
      const { id, ...row } = {
        id: release.id,
        channel: release.channel,
        recipient: release.recipient,
        title: release.title,
        purpose: release.purpose,
        necessity: release.necessity,
        legal_basis: release.legalBasis,
        review_by: release.reviewBy,
        state: release.state,
        created_by: release.createdBy,
        created_at: release.createdAt,
        submitted_at: release.submittedAt,
        decided_by: release.decidedBy,
        decided_at: release.decidedAt,
        decision_note: release.decisionNote,
        parts: release.parts,
        fair: Number(release.fair),
      };
      await tx.db
        .insertInto("release")
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
    },
    async setItems(id, items) {
      await tx.db.deleteFrom("release_item").where("release", "=", id).execute();
      for (const { recordId, ...item } of items) {
        await tx.db
          .insertInto("release_item")
          .values({ release: id, record_id: recordId, ...item })
          .execute();
      }
    },
    async addBasis(basis) {
      await tx.db
        .insertInto("legal_basis")
        .values({
          id: basis.id,
          title: basis.title,
          citation: basis.citation,
          purposes: JSON.stringify(basis.purposes),
          parties: JSON.stringify(basis.parties),
          valid_from: basis.validFrom,
          valid_until: basis.validUntil,
          created_at: basis.createdAt,
          created_by: basis.createdBy,
        })
        .execute();
    },
    async moveChannel(from, to) {
      await tx.db.updateTable("copy").set({ channel: to }).where("channel", "=", from).execute();
      await tx.db
        .updateTable("release")
        .set({ channel: to })
        .where("channel", "=", from)
        .where("state", "in", ["draft", "submitted"])
        .execute();
    },
    saveCopy: (copy) => saveCopies([copy]),
    saveCopies,
  };

  async function saveCopies(given: readonly Copy[]): Promise<void> {
    // One row twice in one statement is an error on PostgreSQL: the last word on a copy counts.
    const last = new Map(given.map((copy) => [`${copy.recordId} ${copy.version} ${copy.party}`, copy]));
    const rows = [...last.values()].map(({ recordId, updatedAt, ...copy }) => ({
      record_id: recordId,
      updated_at: updatedAt,
      ...copy,
    }));
    for (const part of chunks(rows, 100)) {
      await tx.db
        .insertInto("copy")
        .values(part)
        .onConflict((conflict) =>
          conflict.columns(["record_id", "version", "party"]).doUpdateSet((eb) => ({
            channel: eb.ref("excluded.channel"),
            release: eb.ref("excluded.release"),
            sequence: eb.ref("excluded.sequence"),
            state: eb.ref("excluded.state"),
            updated_at: eb.ref("excluded.updated_at"),
          })),
        )
        .execute();
    }
  }
}
