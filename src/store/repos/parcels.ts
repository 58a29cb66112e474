import type { Instant } from "#base";
import type { ParcelKind } from "../tables/exchange.ts";
import type { RepoContext } from "./context.ts";

export interface OutboundParcel {
  readonly channel: string;
  /** Its place in this node's log of the channel, from 0. */
  readonly sequence: number;
  readonly kind: ParcelKind;
  /** SHA-256 of the envelope's bytes, lower-case hex. */
  readonly hash: string;
  readonly envelope: string;
  /** 32 bytes, base64: opens the log's commitment to this parcel. */
  readonly salt: string;
  /** What it carries or answers: a release's id, or the hash of the parcel that a receipt is for. */
  readonly subject: string | null;
  readonly createdAt: Instant;
  readonly state: "queued" | "delivered";
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  readonly deliveredAt: Instant | null;
  readonly lastError: string | null;
  readonly receipt: number | null;
  /** When its text was deleted; `envelope` is then empty. */
  readonly erasedAt?: Instant | null;
}

export interface InboundParcel {
  readonly channel: string;
  readonly sequence: number;
  readonly kind: ParcelKind;
  readonly hash: string;
  readonly envelope: string;
  readonly salt: string;
  /** The sender's signed checkpoint that includes this parcel. */
  readonly checkpoint: string;
  readonly subject: string | null;
  /** JSON: what the inbox shows without opening the envelope. */
  readonly summary: string;
  readonly receivedAt: Instant;
  /** When its text was deleted; `envelope` is then empty. */
  readonly erasedAt?: Instant | null;
}

export interface Incident {
  readonly id: string;
  readonly channel: string | null;
  readonly kind: string;
  readonly message: string;
  readonly evidence: string;
  readonly at: Instant;
  readonly seenBy: string | null;
}

export interface ParcelReader {
  outbound(channel: string, sequence: number): Promise<OutboundParcel | null>;
  outboundBySubject(subject: string): Promise<readonly OutboundParcel[]>;
  outboundByHash(channel: string, hash: string): Promise<OutboundParcel | null>;
  outboundList(channel: string, limit?: number): Promise<readonly OutboundParcel[]>;
  /** The first parcels not yet delivered, in order, whether or not their time has come. */
  queue(channel: string, limit: number, after?: number): Promise<readonly OutboundParcel[]>;
  queued(channel: string): Promise<number>;
  /** Releases, corrections and recalls for which no receipt has come. */
  unreceipted(channel: string): Promise<number>;
  inbound(channel: string, sequence: number): Promise<InboundParcel | null>;
  inboundByHash(channel: string, hash: string): Promise<InboundParcel | null>;
  inboundList(query?: {
    channel?: string;
    kinds?: readonly ParcelKind[];
    limit?: number;
  }): Promise<readonly InboundParcel[]>;
  /** What opens the commitments of a log's entries, in order, without the parcels themselves: a page is small. */
  openings(side: "inbound" | "outbound", channel: string, from: number, count: number): Promise<readonly Opening[]>;
  incidents(limit?: number): Promise<readonly Incident[]>;
}

interface Opening {
  /** SHA-256 of the envelope's bytes, lower-case hex. */
  readonly hash: string;
  /** 32 bytes, base64. */
  readonly salt: string;
}

export interface ParcelWriter extends ParcelReader {
  addOutbound(parcel: OutboundParcel): Promise<void>;
  delivered(channel: string, sequence: number): Promise<void>;
  /** The partner holds everything before `size`. @returns how many parcels waited for that word. */
  deliveredBefore(channel: string, size: number): Promise<number>;
  failed(channel: string, sequence: number, error: string, nextAttemptAt: Instant): Promise<void>;
  /** The partner was just heard: what waits for its next attempt need not wait. */
  retryNow(channel: string): Promise<void>;
  /** The partner lacks what it once had: everything from `sequence` on waits again. */
  requeue(channel: string, sequence: number): Promise<void>;
  receipted(channel: string, sequence: number, receipt: number): Promise<void>;
  addInbound(parcel: InboundParcel): Promise<void>;
  addIncident(incident: Incident): Promise<void>;
}

export function parcelRepo({ tx, now }: RepoContext): ParcelWriter {
  const out = () => tx.db.selectFrom("outbound").selectAll();
  type OutRow = Awaited<ReturnType<ReturnType<typeof out>["executeTakeFirstOrThrow"]>>;
  const toOut = ({
    created_at,
    next_attempt_at,
    delivered_at,
    last_error,
    erased_at,
    ...row
  }: OutRow): OutboundParcel => ({
    ...row,
    createdAt: created_at,
    nextAttemptAt: next_attempt_at,
    deliveredAt: delivered_at,
    lastError: last_error,
    erasedAt: erased_at,
  });
  const into = () => tx.db.selectFrom("inbound").selectAll();
  type InRow = Awaited<ReturnType<ReturnType<typeof into>["executeTakeFirstOrThrow"]>>;
  const toIn = ({ received_at, erased_at, ...row }: InRow): InboundParcel => ({
    ...row,
    receivedAt: received_at,
    erasedAt: erased_at,
  });
  return {
    async outbound(channel, sequence) {
      const row = await out().where("channel", "=", channel).where("sequence", "=", sequence).executeTakeFirst();
      return row === undefined ? null : toOut(row);
    },
    async outboundBySubject(subject) {
      return (await out().where("subject", "=", subject).orderBy("channel").orderBy("sequence").execute()).map(toOut);
    },
    async outboundByHash(channel, hash) {
      const row = await out().where("channel", "=", channel).where("hash", "=", hash).executeTakeFirst();
      return row === undefined ? null : toOut(row);
    },
    async outboundList(channel, limit = 200) {
      return (await out().where("channel", "=", channel).orderBy("sequence", "desc").limit(limit).execute()).map(toOut);
    },
    async queue(channel, limit, after = -1) {
      const rows = await out()
        .where("state", "=", "queued")
        .where("channel", "=", channel)
        .where("sequence", ">", after)
        .orderBy("sequence")
        .limit(limit)
        .execute();
      return rows.map(toOut);
    },
    async queued(channel) {
      const row = await tx.db
        .selectFrom("outbound")
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .where("state", "=", "queued")
        .where("channel", "=", channel)
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async unreceipted(channel) {
      const row = await tx.db
        .selectFrom("outbound")
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .where("channel", "=", channel)
        .where("receipt", "is", null)
        .where("erased_at", "is", null)
        .where("kind", "in", ["release", "correction", "recall", "fair-offer", "fair-key"])
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async inbound(channel, sequence) {
      const row = await into().where("channel", "=", channel).where("sequence", "=", sequence).executeTakeFirst();
      return row === undefined ? null : toIn(row);
    },
    async inboundByHash(channel, hash) {
      const row = await into().where("channel", "=", channel).where("hash", "=", hash).executeTakeFirst();
      return row === undefined ? null : toIn(row);
    },
    async inboundList({ channel, kinds, limit = 100 } = {}) {
      let select = into();
      if (channel !== undefined) select = select.where("channel", "=", channel);
      if (kinds !== undefined) select = select.where("kind", "in", [...kinds]);
      return (await select.orderBy("received_at", "desc").orderBy("sequence", "desc").limit(limit).execute()).map(toIn);
    },
    async openings(side, channel, from, count) {
      return tx.db
        .selectFrom(side)
        .select(["hash", "salt"])
        .where("channel", "=", channel)
        .where("sequence", ">=", from)
        .where("sequence", "<", from + count)
        .orderBy("sequence")
        .execute();
    },
    async incidents(limit = 100) {
      const rows = await tx.db.selectFrom("incident").selectAll().orderBy("at", "desc").limit(limit).execute();
      return rows.map(({ seen_by, ...row }) => ({ ...row, seenBy: seen_by }));
    },
    async addOutbound({ createdAt, nextAttemptAt, deliveredAt, lastError, erasedAt = null, ...parcel }) {
      await tx.db
        .insertInto("outbound")
        .values({
          ...parcel,
          created_at: createdAt,
          next_attempt_at: nextAttemptAt,
          delivered_at: deliveredAt,
          last_error: lastError,
          erased_at: erasedAt,
        })
        .execute();
    },
    async delivered(channel, sequence) {
      await tx.db
        .updateTable("outbound")
        .set({ state: "delivered", delivered_at: now, last_error: null })
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .execute();
    },
    async deliveredBefore(channel, size) {
      const { numUpdatedRows } = await tx.db
        .updateTable("outbound")
        .set({ state: "delivered", delivered_at: now, last_error: null })
        .where("channel", "=", channel)
        .where("sequence", "<", size)
        .where("state", "=", "queued")
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    async failed(channel, sequence, error, nextAttemptAt) {
      await tx.db
        .updateTable("outbound")
        .set((eb) => ({ attempts: eb("attempts", "+", 1), last_error: error, next_attempt_at: nextAttemptAt }))
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .execute();
    },
    async retryNow(channel) {
      await tx.db
        .updateTable("outbound")
        .set({ next_attempt_at: now })
        .where("state", "=", "queued")
        .where("channel", "=", channel)
        .where("next_attempt_at", ">", now)
        .execute();
    },
    async requeue(channel, sequence) {
      await tx.db
        .updateTable("outbound")
        .set({ state: "queued", delivered_at: null, next_attempt_at: now })
        .where("channel", "=", channel)
        .where("sequence", ">=", sequence)
        .execute();
    },
    async receipted(channel, sequence, receipt) {
      await tx.db
        .updateTable("outbound")
        .set({ receipt })
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .execute();
    },
    async addInbound({ receivedAt, erasedAt = null, ...parcel }) {
      await tx.db
        .insertInto("inbound")
        .values({ ...parcel, received_at: receivedAt, erased_at: erasedAt })
        .execute();
    },
    async addIncident({ seenBy, ...incident }) {
      await tx.db
        .insertInto("incident")
        .values({ ...incident, seen_by: seenBy })
        .execute();
    },
  };
}
