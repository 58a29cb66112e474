import { sql } from "kysely";
import type { Instant } from "#base";
import type { ExchangeTables, ParcelKind } from "../tables/exchange.ts";
import type { BulkInsert } from "../engine/engine.ts";
import { StoreError } from "../errors.ts";
import { actorName, chunks, type RepoContext } from "./context.ts";

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
  /** As the parcel itself says; empty in rows from before this was kept. */
  readonly sent: Instant;
  /** When its text was deleted; `envelope` is then empty. */
  readonly erasedAt?: Instant | null;
}

export interface Incident {
  readonly id: string;
  readonly channel: string | null;
  readonly kind: string;
  readonly message: string;
  readonly evidence: string;
  /** SHA-256 of the whole evidence, of which `evidence` may be the beginning. */
  readonly digest: string;
  readonly at: Instant;
  /** How often the same was tried, and when last. */
  readonly times: number;
  readonly lastAt: Instant;
  readonly seenBy: string | null;
}

const text = (name: string) => ({ name, type: "text" }) as const;
const integer = (name: string) => ({ name, type: "integer" }) as const;

// The first two columns name a row: that is what the engines ask of a bulk insert.
const INSERT_OUTBOUND: BulkInsert = {
  table: "outbound",
  key: null,
  columns: [
    integer("sequence"),
    text("channel"),
    text("kind"),
    text("hash"),
    text("envelope"),
    text("salt"),
    text("subject"),
    text("created_at"),
    text("state"),
    integer("attempts"),
    text("next_attempt_at"),
    text("delivered_at"),
    text("last_error"),
    integer("receipt"),
    text("erased_at"),
  ],
};

const INSERT_INBOUND: BulkInsert = {
  table: "inbound",
  key: null,
  columns: [
    integer("sequence"),
    text("channel"),
    text("kind"),
    text("hash"),
    text("envelope"),
    text("salt"),
    text("checkpoint"),
    text("subject"),
    text("summary"),
    text("received_at"),
    text("sent"),
    text("erased_at"),
  ],
};

export interface ParcelReader {
  outbound(channel: string, sequence: number): Promise<OutboundParcel | null>;
  outboundAt(channel: string, sequences: readonly number[]): Promise<readonly OutboundParcel[]>;
  outboundBySubject(subject: string): Promise<readonly OutboundParcel[]>;
  outboundByHash(channel: string, hash: string): Promise<OutboundParcel | null>;
  /** Newest first, without padding, which says nothing. */
  outboundList(channel: string, limit?: number): Promise<readonly OutboundParcel[]>;
  /** The first parcels not yet delivered, in order, whether or not their time has come. */
  queue(channel: string, limit: number, after?: number): Promise<readonly OutboundParcel[]>;
  /**
   * As `queue`, for one message: parcels without a gap between them, whose envelopes have at most `bytes` in all; the first
   * is there whatever its size. `until`: a place in the log that the batch does not pass.
   */
  batch(
    channel: string,
    bounds: { readonly count: number; readonly bytes: number; readonly after?: number; readonly until?: number },
  ): Promise<readonly OutboundParcel[]>;
  queued(channel: string): Promise<number>;
  /** Releases, corrections and recalls for which no receipt has come. */
  unreceipted(channel: string): Promise<number>;
  inbound(channel: string, sequence: number): Promise<InboundParcel | null>;
  inboundByHash(channel: string, hash: string): Promise<InboundParcel | null>;
  /** Newest first, without padding unless it is asked for. */
  inboundList(query?: {
    channel?: string;
    kinds?: readonly ParcelKind[];
    limit?: number;
  }): Promise<readonly InboundParcel[]>;
  /** What opens the commitments of a log's entries, in order, without the parcels themselves: a page is small. */
  openings(side: "inbound" | "outbound", channel: string, from: number, count: number): Promise<readonly Opening[]>;
  incidents(limit?: number): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident | null>;
  /**
   * The incident that this evidence belongs to: the same once more, or the newest of its kind on the channel when `most` of
   * them wait already. @returns its id.
   */
  incidentOf(channel: string | null, kind: string, digest: string, most: number): Promise<string | null>;
}

interface Opening {
  /** SHA-256 of the envelope's bytes, lower-case hex. */
  readonly hash: string;
  /** 32 bytes, base64. */
  readonly salt: string;
}

export interface ParcelWriter extends ParcelReader {
  /** @throws StoreError `place-taken` when a parcel stands at one of the places. */
  addOutbound(parcels: readonly OutboundParcel[]): Promise<void>;
  /** The `count` parcels from `first` on have arrived. */
  delivered(channel: string, first: number, count: number): Promise<void>;
  /** The partner holds everything before `size`. @returns how many parcels waited for that word. */
  deliveredBefore(channel: string, size: number): Promise<number>;
  failed(channel: string, sequence: number, error: string, nextAttemptAt: Instant): Promise<void>;
  /** The partner was just heard: what waits for its next attempt need not wait. */
  retryNow(channel: string): Promise<void>;
  /** The partner lacks what it once had: everything from `sequence` on waits again. */
  requeue(channel: string, sequence: number): Promise<void>;
  /** The first receipt counts; a later one for the same parcel changes nothing. */
  receipted(channel: string, sequence: number, receipt: number): Promise<void>;
  /** @throws StoreError `place-taken` when a parcel stands at one of the places. */
  addInbound(parcels: readonly InboundParcel[]): Promise<void>;
  addIncident(incident: Incident): Promise<void>;
  incidentAgain(id: string, at: Instant): Promise<void>;
  /** The actor of this transaction has looked at it. @returns false when it is not there or was looked at before. */
  incidentSeen(id: string): Promise<boolean>;
}

export function parcelRepo({ tx, viewer, now }: RepoContext): ParcelWriter {
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
  const toIncident = (row: ExchangeTables["incident"]): Incident => ({
    id: row.id,
    channel: row.channel,
    kind: row.kind,
    message: row.message,
    evidence: row.evidence,
    digest: row.digest,
    at: row.at,
    times: row.times,
    lastAt: row.last_at,
    seenBy: row.seen_by,
  });
  return {
    async outbound(channel, sequence) {
      const row = await out().where("channel", "=", channel).where("sequence", "=", sequence).executeTakeFirst();
      return row === undefined ? null : toOut(row);
    },
    async outboundAt(channel, sequences) {
      const found: OutboundParcel[] = [];
      for (const part of chunks([...new Set(sequences)]))
        found.push(...(await out().where("channel", "=", channel).where("sequence", "in", part).execute()).map(toOut));
      return found;
    },
    async outboundBySubject(subject) {
      return (await out().where("subject", "=", subject).orderBy("channel").orderBy("sequence").execute()).map(toOut);
    },
    async outboundByHash(channel, hash) {
      const row = await out().where("channel", "=", channel).where("hash", "=", hash).executeTakeFirst();
      return row === undefined ? null : toOut(row);
    },
    async outboundList(channel, limit = 200) {
      const rows = await out()
        .where("channel", "=", channel)
        .where("kind", "<>", "padding")
        .orderBy("sequence", "desc")
        .limit(limit)
        .execute();
      return rows.map(toOut);
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
    async batch(channel, { count, bytes, after = -1, until = Number.MAX_SAFE_INTEGER }) {
      const waiting = () =>
        tx.db
          .selectFrom("outbound")
          .where("state", "=", "queued")
          .where("channel", "=", channel)
          .where("sequence", ">", after)
          .where("sequence", "<", until);
      // The sizes first: envelopes that would not fit are not read.
      const sizes = await waiting()
        .select(["sequence", sql<number>`octet_length(envelope)`.as("bytes")])
        .orderBy("sequence")
        .limit(count)
        .execute();
      const [first] = sizes;
      if (first === undefined) return [];
      let [fitting, room] = [0, bytes];
      for (const row of sizes) {
        room -= row.bytes;
        if (row.sequence !== first.sequence + fitting || (fitting > 0 && room < 0)) break;
        fitting++;
      }
      const rows = await waiting()
        .selectAll()
        .where("sequence", "<", first.sequence + fitting)
        .orderBy("sequence")
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
      select = kinds === undefined ? select.where("kind", "<>", "padding") : select.where("kind", "in", [...kinds]);
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
      return rows.map(toIncident);
    },
    async incident(id) {
      const row = await tx.db.selectFrom("incident").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toIncident(row);
    },
    async incidentOf(channel, kind, digest, most) {
      const on = () => {
        const rows = tx.db.selectFrom("incident").select("id");
        return channel === null ? rows.where("channel", "is", null) : rows.where("channel", "=", channel);
      };
      const same = await on().where("digest", "=", digest).executeTakeFirst();
      if (same !== undefined) return same.id;
      const waiting = await on()
        .where("kind", "=", kind)
        .where("seen_by", "is", null)
        .orderBy("at", "desc")
        .limit(most)
        .execute();
      return waiting.length < most ? null : (waiting[0]?.id ?? null);
    },
    async addOutbound(parcels) {
      const kept = await tx.insertMany(
        INSERT_OUTBOUND,
        parcels.map((p) => [
          p.sequence,
          p.channel,
          p.kind,
          p.hash,
          p.envelope,
          p.salt,
          p.subject,
          p.createdAt,
          p.state,
          p.attempts,
          p.nextAttemptAt,
          p.deliveredAt,
          p.lastError,
          p.receipt,
          p.erasedAt ?? null,
        ]),
      );
      if (kept.includes(null)) throw new StoreError("place-taken", "a parcel stands at this place of the log already");
    },
    async delivered(channel, first, count) {
      await tx.db
        .updateTable("outbound")
        .set({ state: "delivered", delivered_at: now, last_error: null })
        .where("channel", "=", channel)
        .where("sequence", ">=", first)
        .where("sequence", "<", first + count)
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
        .where("receipt", "is", null)
        .where("channel", "=", channel)
        .where("sequence", "=", sequence)
        .execute();
    },
    async addInbound(parcels) {
      const kept = await tx.insertMany(
        INSERT_INBOUND,
        parcels.map((p) => [
          p.sequence,
          p.channel,
          p.kind,
          p.hash,
          p.envelope,
          p.salt,
          p.checkpoint,
          p.subject,
          p.summary,
          p.receivedAt,
          p.sent,
          p.erasedAt ?? null,
        ]),
      );
      if (kept.includes(null)) throw new StoreError("place-taken", "a parcel stands at this place of the log already");
    },
    async addIncident({ seenBy, lastAt, ...incident }) {
      await tx.db
        .insertInto("incident")
        .values({ ...incident, seen_by: seenBy, last_at: lastAt, seen_at: null })
        .execute();
    },
    async incidentAgain(id, at) {
      await tx.db
        .updateTable("incident")
        .set((eb) => ({ times: eb("times", "+", 1), last_at: at }))
        .where("id", "=", id)
        .execute();
    },
    async incidentSeen(id) {
      const { numUpdatedRows } = await tx.db
        .updateTable("incident")
        .set({ seen_by: actorName(viewer), seen_at: now })
        .where("id", "=", id)
        .where("seen_by", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}
