import type { NewTaxiiCollection, TaxiiCollection } from "./taxii-collection.ts";
import { type Instant, instantOf, microsOf } from "#base";
import { type Context, decide, type PartyId, predicate, type Role } from "#policy";
import type { BulkInsert } from "../engine/engine.ts";
import { labelCondition } from "../label-sql.ts";
import { actorName, chunks, nextEpoch, readAction, type RepoContext } from "./context.ts";
import type { LabelReader } from "./labels.ts";
import { taxiiPages, type TaxiiAsk, type TaxiiItem, type TaxiiPage, type TaxiiView } from "./taxii-pages.ts";

/** A service account: another party's, which is given what policy lets that party receive, or our own, with roles. */
export interface TaxiiClient {
  readonly id: string;
  readonly name: string;
  readonly party: PartyId;
  readonly roles: readonly Role[];
  readonly purpose: string | null;
  /** As scrypt left it. */
  readonly password: string;
  readonly perMinute: number;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly revokedAt: Instant | null;
}

export interface TaxiiGrant {
  readonly client: string;
  readonly read: boolean;
  readonly write: boolean;
}

export interface TaxiiReader {
  clients(): Promise<readonly TaxiiClient[]>;
  client(by: { readonly name: string } | { readonly tokenHash: string }): Promise<TaxiiClient | null>;
  collections(): Promise<readonly TaxiiCollection[]>;
  /** By id or alias. */
  collection(root: string, name: string): Promise<TaxiiCollection | null>;
  grants(collection: number): Promise<readonly TaxiiGrant[]>;
  grant(collection: number, client: string): Promise<TaxiiGrant | null>;
  granted(client: string): Promise<readonly { readonly collection: number; readonly grant: TaxiiGrant }[]>;
  epoch(): Promise<number>;
  /** The labels that the decision allows this viewer for this purpose, in order. */
  labels(terms: TaxiiTerms): Promise<readonly number[]>;
  /** What else holds for them. Costs a look at each label: keep it for as long as epoch and labels are the same. */
  view(labels: readonly number[], terms: TaxiiTerms): Promise<TaxiiView>;
  objects(ask: TaxiiAsk): Promise<TaxiiPage & { readonly bodies: readonly Uint8Array[] }>;
  items(ask: TaxiiAsk): Promise<TaxiiPage & { readonly items: readonly TaxiiItem[] }>;
  status(id: string, client: string, root: string): Promise<string | null>;
}

type TaxiiTerms = Pick<Context, "purpose">;

export interface TaxiiWriter extends TaxiiReader {
  addClient(client: TaxiiClient, tokenHash: string): Promise<void>;
  revokeClient(id: string): Promise<void>;
  addCollection(collection: NewTaxiiCollection, grants: readonly TaxiiGrant[]): Promise<void>;
  removeCollection(number: number): Promise<void>;
  setGrant(collection: number, grant: TaxiiGrant): Promise<void>;
  /** Lists versions that are held. What is listed already keeps its date. */
  list(collection: number, records: readonly { readonly id: string; readonly version: Instant }[]): Promise<void>;
  /** Takes what the question finds out of the collection; the records stay. @returns how many. */
  unlist(ask: TaxiiAsk): Promise<number>;
  keepStatus(id: string, client: string, root: string, body: string): Promise<void>;
}

const LISTING: BulkInsert = {
  table: "taxii_listing",
  key: null,
  columns: [
    { name: "collection", type: "integer" },
    { name: "at", type: "integer" },
    { name: "record", type: "integer" },
    { name: "type", type: "text" },
  ],
};
const STATUS_HOURS = 24;

export function taxiiRepo(context: RepoContext, labels: LabelReader): TaxiiWriter {
  const { tx, viewer, now } = context;
  const { db } = tx;
  const pages = taxiiPages(tx);
  const selectClients = () => db.selectFrom("taxii_client").selectAll();
  const selectCollections = () => db.selectFrom("taxii_collection").selectAll();
  type ClientRow = Awaited<ReturnType<ReturnType<typeof selectClients>["executeTakeFirstOrThrow"]>>;
  type CollectionRow = Awaited<ReturnType<ReturnType<typeof selectCollections>["executeTakeFirstOrThrow"]>>;
  const action = readAction(viewer);

  function toClient(row: ClientRow): TaxiiClient {
    const { id, name, party, purpose, password } = row;
    return {
      id,
      name,
      party,
      roles: JSON.parse(row.roles) as Role[],
      purpose,
      password,
      perMinute: row.per_minute,
      createdAt: row.created_at,
      createdBy: row.created_by,
      revokedAt: row.revoked_at,
    };
  }

  function toCollection({ types, markings, strict, created_at, created_by, ...same }: CollectionRow): TaxiiCollection {
    return {
      ...same,
      types: JSON.parse(types) as string[],
      markings: JSON.parse(markings) as string[],
      strict: strict === 1,
      createdAt: created_at,
      createdBy: created_by,
    };
  }

  const toGrant = (row: { client: string; can_read: number; can_write: number }): TaxiiGrant => ({
    client: row.client,
    read: row.can_read === 1,
    write: row.can_write === 1,
  });

  return {
    objects: (ask) => pages.objects(ask),
    items: (ask) => pages.items(ask),
    async clients() {
      return (await selectClients().orderBy("name").execute()).map(toClient);
    },
    async client(by) {
      const select = selectClients();
      const row = await (
        "name" in by ? select.where("name", "=", by.name) : select.where("token_hash", "=", by.tokenHash)
      ).executeTakeFirst();
      return row === undefined ? null : toClient(row);
    },
    async collections() {
      return (await selectCollections().orderBy("number").execute()).map(toCollection);
    },
    async collection(root, name) {
      const row = await selectCollections()
        .where("root", "=", root)
        .where((eb) => eb.or([eb("id", "=", name), eb("alias", "=", name)]))
        .executeTakeFirst();
      return row === undefined ? null : toCollection(row);
    },
    async grants(collection) {
      const rows = await db.selectFrom("taxii_grant").selectAll().where("collection", "=", collection).execute();
      return rows.map(toGrant);
    },
    async grant(collection, client) {
      const row = await db
        .selectFrom("taxii_grant")
        .selectAll()
        .where("collection", "=", collection)
        .where("client", "=", client)
        .executeTakeFirst();
      return row === undefined ? null : toGrant(row);
    },
    async granted(client) {
      const rows = await db.selectFrom("taxii_grant").selectAll().where("client", "=", client).execute();
      return rows.map((row) => ({ collection: row.collection, grant: toGrant(row) }));
    },
    async epoch() {
      return (await db.selectFrom("record_epoch").select("n").executeTakeFirstOrThrow()).n;
    },
    async labels(terms) {
      const test = predicate(viewer, action, context.policyContext(terms));
      const rows = await db
        .selectFrom("label")
        .select("id")
        .where((eb) => labelCondition(eb, test))
        .orderBy("id")
        .execute();
      return rows.map((row) => row.id);
    },
    async view(ids, terms) {
      if (viewer.kind !== "partner") return { labels: ids, told: [], people: null };
      const told: { label: number; refs: readonly string[] }[] = [];
      const people: number[] = [];
      for (const id of ids) {
        const label = await labels.label(id);
        // What a party gave is its own: nothing about it is told, and nobody need agree.
        if (label.owner === viewer.party) people.push(id);
        else if (decide(viewer, action, label, context.policyContext(terms)).obligations.length > 0)
          told.push({ label: id, refs: label.refs });
      }
      return { labels: ids, told, people };
    },
    async status(id, client, root) {
      const row = await db
        .selectFrom("taxii_status")
        .select("body")
        .where("id", "=", id)
        .where("client", "=", client)
        .where("root", "=", root)
        .where("at", ">", hoursBefore(now, STATUS_HOURS))
        .executeTakeFirst();
      return row?.body ?? null;
    },

    async addClient({ roles, perMinute, createdAt, createdBy, revokedAt, ...same }, tokenHash) {
      await db
        .insertInto("taxii_client")
        .values({
          ...same,
          roles: JSON.stringify(roles),
          token_hash: tokenHash,
          per_minute: perMinute,
          created_at: createdAt,
          created_by: createdBy,
          revoked_at: revokedAt,
        })
        .execute();
    },
    async revokeClient(id) {
      await db.updateTable("taxii_client").set({ revoked_at: now }).where("id", "=", id).execute();
    },
    async addCollection({ types, markings, strict, ...same }, grants) {
      const { number } = await db
        .insertInto("taxii_collection")
        .values({
          ...same,
          types: JSON.stringify(types),
          markings: JSON.stringify(markings),
          strict: Number(strict),
          created_at: now,
          created_by: actorName(viewer),
        })
        .returning("number")
        .executeTakeFirstOrThrow();
      for (const grant of grants) await this.setGrant(number, grant);
    },
    async removeCollection(number) {
      await db.deleteFrom("taxii_grant").where("collection", "=", number).execute();
      await db.deleteFrom("taxii_listing").where("collection", "=", number).execute();
      await db.deleteFrom("taxii_collection").where("number", "=", number).execute();
    },
    async setGrant(collection, { client, read, write }) {
      const rights = { can_read: Number(read), can_write: Number(write) };
      await db
        .insertInto("taxii_grant")
        .values({ collection, client, ...rights })
        .onConflict((conflict) => conflict.columns(["collection", "client"]).doUpdateSet(rights))
        .execute();
    },
    async list(collection, records) {
      const last = await db
        .selectFrom("taxii_listing")
        .select("at")
        .where("collection", "=", collection)
        .orderBy("at", "desc")
        .limit(1)
        .executeTakeFirst();
      let at = Math.max((last?.at ?? 0) + 1, microsOf(now));
      const wanted = new Map(records.map(({ id, version }) => [`${id} ${version}`, true]));
      for (const part of chunks([...new Set(records.map(({ id }) => id))])) {
        const held = await db
          .selectFrom("record")
          .select(["seq", "id", "version", "type"])
          .where("id", "in", part)
          .orderBy("seq")
          .execute();
        const rows = held
          .filter(({ id, version }) => wanted.has(`${id} ${version}`))
          .map(({ seq, type }) => [collection, at++, seq, type]);
        await tx.insertMany(LISTING, rows);
        const versions = await db.selectFrom("record_versions").select("id").where("id", "in", part).execute();
        // A page that showed another version of it as the latest may be another now.
        if (versions.length > 0) await nextEpoch(tx);
      }
    },
    async unlist(ask) {
      let gone = 0;
      for (;;) {
        const { items } = await pages.items({ ...ask, from: null, addedAfter: null });
        if (items.length === 0) break;
        const at = items.map(({ dateAdded }) => microsOf(dateAdded));
        for (const part of chunks(at))
          await db
            .deleteFrom("taxii_listing")
            .where("collection", "=", ask.collection.number)
            .where("at", "in", part)
            .execute();
        gone += items.length;
      }
      if (gone > 0) await nextEpoch(tx);
      return gone;
    },
    async keepStatus(id, client, root, body) {
      await db.deleteFrom("taxii_status").where("at", "<=", hoursBefore(now, STATUS_HOURS)).execute();
      await db.insertInto("taxii_status").values({ id, client, root, at: now, body }).execute();
    },
  };
}

function hoursBefore(now: Instant, hours: number): Instant {
  return instantOf(new Date(Date.parse(now) - hours * 3_600_000));
}
