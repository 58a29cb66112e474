import type { Instant } from "#base";
import type { Consent, PartyId } from "#policy";
import type { BulkInsert } from "../engine/engine.ts";
import type { ConsentState, OnwardTables } from "../tables/onward.ts";
import type { RepoContext } from "./context.ts";

/** A question to an originator whether its records may be passed on, and its answer. */
export interface ConsentCase {
  readonly id: string;
  /** `ours`: this party asked. `theirs`: this party is asked. */
  readonly side: "ours" | "theirs";
  readonly channel: string;
  readonly records: readonly { readonly id: string; readonly version: Instant }[];
  readonly recipient: PartyId;
  readonly recipientName: string;
  readonly purpose: string;
  readonly why: string;
  readonly askedBy: string;
  readonly askedAt: Instant;
  readonly state: ConsentState;
  readonly proposedBy: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Instant | null;
  readonly reason: string;
  readonly conditions: string;
  readonly validUntil: Instant | null;
  readonly liftsNoOnward: boolean;
  /** SHA-256 of the envelope of the answer. */
  readonly proof: string | null;
}

/** A copy that somebody else gave on, as the party told us that gave it or heard of it. */
export interface OnwardCopy {
  readonly recordId: string;
  readonly version: Instant;
  readonly holder: PartyId;
  readonly holderName: string;
  readonly channel: string;
  /** From our partner to the one before the holder. */
  readonly path: readonly PartyId[];
  readonly state: OnwardTables["onward_copy"]["state"];
  readonly updatedAt: Instant;
}

/** A consent as the decision reads it, with its proof. */
export interface HeldConsent extends Consent {
  readonly proof: string;
}

export interface OnwardReader {
  consent(id: string): Promise<ConsentCase | null>;
  consents(query?: {
    readonly states?: readonly ConsentState[];
    readonly limit?: number;
  }): Promise<readonly ConsentCase[]>;
  /** What originators granted for this record and have not withdrawn. Whether it fits is the decision's to say. */
  granted(recordId: string): Promise<readonly HeldConsent[]>;
  onwardCopies(recordId: string): Promise<readonly OnwardCopy[]>;
  /** Copies passed on of which no word has come: given, taken back, or not yet told that the copy they rest on was taken back. */
  unconfirmedOnward(limit: number): Promise<readonly OnwardCopy[]>;
  parcelsCarrying(recordId: string): Promise<readonly Carrying[]>;
  fairKey(channel: string, sequence: number): Promise<{ readonly key: string; readonly released: boolean } | null>;
}

export interface Carrying {
  readonly side: "in" | "out";
  readonly channel: string;
  readonly sequence: number;
}

export interface OnwardWriter extends OnwardReader {
  /** Writes the whole case; its records only the first time. */
  saveConsent(item: ConsentCase): Promise<void>;
  saveOnwardCopy(copy: OnwardCopy): Promise<void>;
  /** Consents, asked for or given, and what is known of copies further on go on in the channel that continues theirs. */
  moveChannel(from: string, to: string): Promise<void>;
  carries(parcel: Carrying, recordIds: readonly string[]): Promise<void>;
  /** Takes the text out of a parcel; its hash and its salt stay, so that the log still verifies. @returns whether there was any. */
  eraseParcel(parcel: Carrying): Promise<boolean>;
  keepFairKey(channel: string, sequence: number, key: string): Promise<void>;
  fairKeyReleased(channel: string, sequence: number): Promise<void>;
}

const INSERT_CARRIED: BulkInsert = {
  table: "carried",
  key: null,
  columns: [
    { name: "record_id", type: "text" },
    { name: "side", type: "text" },
    { name: "channel", type: "text" },
    { name: "sequence", type: "integer" },
  ],
};

export function onwardRepo({ tx, now }: RepoContext): OnwardWriter {
  const cases = () => tx.db.selectFrom("consent").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof cases>["executeTakeFirstOrThrow"]>>;
  const withRecords = async (row: Row): Promise<ConsentCase> => ({
    id: row.id,
    side: row.side,
    channel: row.channel,
    records: (
      await tx.db.selectFrom("consent_record").selectAll().where("consent", "=", row.id).orderBy("record_id").execute()
    ).map(({ record_id, version }) => ({ id: record_id, version })),
    recipient: row.recipient,
    recipientName: row.recipient_name,
    purpose: row.purpose,
    why: row.why,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    state: row.state,
    proposedBy: row.proposed_by,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    reason: row.reason,
    conditions: row.conditions,
    validUntil: row.valid_until,
    liftsNoOnward: row.lifts_no_onward === 1,
    proof: row.proof,
  });
  const copies = () => tx.db.selectFrom("onward_copy").selectAll();
  type CopyRow = Awaited<ReturnType<ReturnType<typeof copies>["executeTakeFirstOrThrow"]>>;
  const toCopy = ({ record_id, holder_name, updated_at, path, ...row }: CopyRow): OnwardCopy => ({
    ...row,
    recordId: record_id,
    holderName: holder_name,
    path: JSON.parse(path) as string[],
    updatedAt: updated_at,
  });

  return {
    async consent(id) {
      const row = await cases().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : withRecords(row);
    },
    async consents({ states, limit = 200 } = {}) {
      const select = states === undefined ? cases() : cases().where("state", "in", [...states]);
      const rows = await select.orderBy("asked_at", "desc").orderBy("id").limit(limit).execute();
      return Promise.all(rows.map(withRecords));
    },
    async granted(recordId) {
      const rows = await tx.db
        .selectFrom("consent_record")
        .innerJoin("consent", "consent.id", "consent_record.consent")
        .innerJoin("channel", "channel.id", "consent.channel")
        .selectAll("consent")
        .select("channel.partner")
        .where("consent_record.record_id", "=", recordId)
        .where("consent.side", "=", "ours")
        .where("consent.state", "=", "granted")
        .execute();
      return rows.map((row) => ({
        originator: row.partner,
        record: recordId,
        recipient: row.recipient,
        purpose: row.purpose,
        validUntil: row.valid_until,
        liftsNoOnward: row.lifts_no_onward === 1,
        conditions: row.conditions,
        proof: row.proof ?? "",
      }));
    },
    async onwardCopies(recordId) {
      return (await copies().where("record_id", "=", recordId).orderBy("updated_at").orderBy("holder").execute()).map(
        toCopy,
      );
    },
    async unconfirmedOnward(limit) {
      const rows = await copies()
        .where((eb) =>
          eb.or([
            eb("state", "in", ["sent", "recall-sent"]),
            eb.and([
              eb("state", "=", "confirmed"),
              eb.exists(
                eb
                  .selectFrom("copy")
                  .select("copy.record_id")
                  .whereRef("copy.record_id", "=", "onward_copy.record_id")
                  .whereRef("copy.channel", "=", "onward_copy.channel")
                  .where("copy.state", "in", ["recall-sent", "recalled"]),
              ),
            ]),
          ]),
        )
        .orderBy("updated_at")
        .limit(limit)
        .execute();
      return rows.map(toCopy);
    },
    async parcelsCarrying(recordId) {
      return tx.db
        .selectFrom("carried")
        .select(["side", "channel", "sequence"])
        .where("record_id", "=", recordId)
        .execute();
    },
    async fairKey(channel, sequence) {
      const row = await tx.db
        .selectFrom("fair_key")
        .selectAll()
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .executeTakeFirst();
      return row === undefined ? null : { key: row.key, released: row.released_at !== null };
    },
    async saveConsent(item) {
      const row = {
        side: item.side,
        channel: item.channel,
        recipient: item.recipient,
        recipient_name: item.recipientName,
        purpose: item.purpose,
        why: item.why,
        asked_by: item.askedBy,
        asked_at: item.askedAt,
        state: item.state,
        proposed_by: item.proposedBy,
        decided_by: item.decidedBy,
        decided_at: item.decidedAt,
        reason: item.reason,
        conditions: item.conditions,
        valid_until: item.validUntil,
        lifts_no_onward: Number(item.liftsNoOnward),
        proof: item.proof,
      };
      await tx.db
        .insertInto("consent")
        .values({ id: item.id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
      for (const { id, version } of item.records) {
        await tx.db
          .insertInto("consent_record")
          .values({ record_id: id, consent: item.id, version })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    async saveOnwardCopy({ recordId, holderName, updatedAt, path, ...copy }) {
      const row = {
        ...copy,
        record_id: recordId,
        holder_name: holderName,
        path: JSON.stringify(path),
        updated_at: updatedAt,
      };
      await tx.db
        .insertInto("onward_copy")
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(["record_id", "version", "holder", "channel", "path"]).doUpdateSet(row),
        )
        .execute();
    },
    async moveChannel(from, to) {
      await tx.db.updateTable("consent").set({ channel: to }).where("channel", "=", from).execute();
      await tx.db.updateTable("onward_copy").set({ channel: to }).where("channel", "=", from).execute();
    },
    async carries(parcel, recordIds) {
      const { side, channel, sequence } = parcel;
      await tx.insertMany(
        INSERT_CARRIED,
        [...new Set(recordIds)].map((id) => [id, side, channel, sequence]),
      );
    },
    async eraseParcel({ side, channel, sequence }) {
      const { numUpdatedRows } = await tx.db
        .updateTable(side === "in" ? "inbound" : "outbound")
        .set({ envelope: "", erased_at: now })
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .where("erased_at", "is", null)
        .executeTakeFirst();
      return Number(numUpdatedRows) > 0;
    },
    async keepFairKey(channel, sequence, key) {
      await tx.db.insertInto("fair_key").values({ channel, sequence, key, released_at: null }).execute();
    },
    async fairKeyReleased(channel, sequence) {
      await tx.db
        .updateTable("fair_key")
        .set({ released_at: now })
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .execute();
    },
  };
}
