import type { Instant } from "#base";
import type { PartyId } from "#policy";
import { chunks, type RepoContext } from "./context.ts";

/** What a feed has moved since it was added. */
export interface FeedCounts {
  /** Objects that came in, those that came twice with them. */
  readonly objects: number;
  readonly imported: number;
  readonly unchanged: number;
  readonly problems: number;
  /** Records given, and those that the server would not take. */
  readonly sent: number;
  readonly refused: number;
  /** Records that the last push kept back. */
  readonly withheld: number;
}

export interface Feed extends FeedCounts {
  readonly name: string;
  readonly url: string;
  readonly root: string;
  readonly collection: string;
  readonly direction: "pull" | "push";
  readonly everySeconds: number | null;
  readonly markings: readonly string[];
  readonly recipient: PartyId | null;
  readonly purpose: string | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
  /** JSON of whoever walks; the store does not read it. */
  readonly position: string | null;
  readonly nextRunAt: Instant | null;
  readonly lastRunAt: Instant | null;
  readonly lastError: string | null;
}

export interface FeedReader {
  list(): Promise<readonly Feed[]>;
  get(name: string): Promise<Feed | null>;
  /** Those whose time has come, the longest waiting first. */
  due(): Promise<readonly Feed[]>;
  /** Of these records and versions, the marks (`id version`) of those that the feed has given already. */
  sentAlready(
    name: string,
    records: readonly { readonly id: string; readonly version: Instant }[],
  ): Promise<ReadonlySet<string>>;
}

export interface FeedWriter extends FeedReader {
  add(feed: Feed): Promise<void>;
  save(feed: Feed): Promise<void>;
  remove(name: string): Promise<void>;
  markSent(name: string, records: readonly { readonly id: string; readonly version: Instant }[]): Promise<void>;
}

export function feedRepo({ tx, now }: RepoContext): FeedWriter {
  const select = () => tx.db.selectFrom("feed").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;

  function toFeed(row: Row): Feed {
    const { every_seconds, markings, created_at, created_by, next_run_at, last_run_at, last_error, ...same } = row;
    return {
      ...same,
      everySeconds: every_seconds,
      markings: JSON.parse(markings) as string[],
      createdAt: created_at,
      createdBy: created_by,
      nextRunAt: next_run_at,
      lastRunAt: last_run_at,
      lastError: last_error,
    };
  }

  function toRow(feed: Feed): Row {
    const { everySeconds, markings, createdAt, createdBy, nextRunAt, lastRunAt, lastError, ...same } = feed;
    return {
      ...same,
      every_seconds: everySeconds,
      markings: JSON.stringify(markings),
      created_at: createdAt,
      created_by: createdBy,
      next_run_at: nextRunAt,
      last_run_at: lastRunAt,
      last_error: lastError,
    };
  }

  return {
    async list() {
      return (await select().orderBy("name").execute()).map(toFeed);
    },
    async get(name) {
      const row = await select().where("name", "=", name).executeTakeFirst();
      return row === undefined ? null : toFeed(row);
    },
    async due() {
      return (await select().where("next_run_at", "<=", now).orderBy("next_run_at").execute()).map(toFeed);
    },
    async sentAlready(name, records) {
      const marks = new Set<string>();
      for (const part of chunks(records)) {
        const rows = await tx.db
          .selectFrom("feed_sent")
          .select(["record_id", "version"])
          .where("feed", "=", name)
          .where(
            "record_id",
            "in",
            part.map((record) => record.id),
          )
          .execute();
        for (const row of rows) marks.add(`${row.record_id} ${row.version}`);
      }
      return marks;
    },
    async add(feed) {
      await tx.db.insertInto("feed").values(toRow(feed)).execute();
    },
    async save(feed) {
      const { name, ...rest } = toRow(feed);
      await tx.db.updateTable("feed").set(rest).where("name", "=", name).execute();
    },
    async remove(name) {
      await tx.db.deleteFrom("feed_sent").where("feed", "=", name).execute();
      await tx.db.deleteFrom("feed").where("name", "=", name).execute();
    },
    async markSent(name, records) {
      for (const part of chunks(records, 200)) {
        await tx.db
          .insertInto("feed_sent")
          .values(part.map(({ id, version }) => ({ feed: name, record_id: id, version, sent_at: now })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
  };
}
