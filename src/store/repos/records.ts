import { sql } from "kysely";
import { fromHex, type Instant, isJsonObject, parseJson, toHex } from "#base";
import { predicate, type PartyId } from "#policy";
import { type AcceptedRecord, markingRefsOf } from "#stix";
import type { BulkInsert } from "../engine/engine.ts";
import { StoreError } from "../errors.ts";
import { labelCondition } from "../label-sql.ts";
import { actorName, chunks, lockRecords, nextEpoch, readAction, type RepoContext } from "./context.ts";
import type { LabelWriter } from "./labels.ts";
import { type RecordEnds, recordEnds } from "./record-ends.ts";

/** One stored version of a record, with its text exactly as it was accepted. */
export interface StoredRecord {
  readonly seq: number;
  readonly id: string;
  readonly version: Instant;
  readonly type: string;
  readonly title: string;
  readonly owner: PartyId;
  readonly labelId: number;
  readonly aboutPerson: boolean;
  readonly text: string;
  readonly sha256: string;
  readonly addedAt: Instant;
  readonly addedBy: string;
  readonly source: string;
  readonly state: "held" | "withdrawn" | "expired";
}

export interface RecordQuery {
  readonly types?: readonly string[];
  /** Part of a name or an alias, three characters or more. */
  readonly name?: string;
  readonly owner?: PartyId;
  readonly notOwner?: PartyId;
  readonly source?: string;
  /** Opaque: the `next` of the page before. */
  readonly cursor?: string;
  /** Default 50, at most 1,000. */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface RecordReader extends Pick<RecordEnds, "cameFrom" | "overdue"> {
  /** The latest version that this viewer may see, or the one named. `null` for absent and for not allowed alike. */
  get(id: string, version?: Instant): Promise<StoredRecord | null>;
  /** Newest first. */
  versions(id: string): Promise<readonly StoredRecord[]>;
  /** Latest versions, newest first. */
  list(query?: RecordQuery): Promise<Page<StoredRecord>>;
  count(query?: RecordQuery): Promise<number>;
  /** The `seq` of the latest version of each record that refers to this one, newest first: what a cache of texts is asked by. */
  referringSeqs(id: string, limit: number): Promise<readonly number[]>;
  /** Versions by their `seq`, of those that this viewer may see; in no order. */
  bySeq(seqs: readonly number[]): Promise<readonly StoredRecord[]>;
  /** Those of the named versions that this viewer may see, in any order. At most 1,000 are asked for at once. */
  many(wanted: readonly { readonly id: string; readonly version: Instant }[]): Promise<readonly StoredRecord[]>;
  /** Records that refer to this one. */
  referring(id: string, limit?: number): Promise<readonly (StoredRecord & { readonly property: string })[]>;
}

export interface Append {
  readonly record: AcceptedRecord;
  readonly owner: PartyId;
  /** Markings this party assigns beside those inside the text. */
  readonly assigned: readonly string[];
  readonly source: string;
}

/** `foreign`: the id belongs to another party, whose record it stays. `conflict`: this version stands with other text. */
export type AppendResult = "added" | "unchanged" | "conflict" | "foreign";

export interface RecordWriter extends RecordReader, RecordEnds {
  append(items: readonly Append[]): Promise<readonly AppendResult[]>;
  /** Sets the markings assigned beside the text, for one version. */
  relabel(id: string, version: Instant, assigned: readonly string[]): Promise<void>;
}

const INSERT: BulkInsert = {
  table: "record",
  key: "seq",
  columns: [
    { name: "id", type: "text" },
    { name: "version", type: "text" },
    { name: "type", type: "text" },
    { name: "label", type: "integer" },
    { name: "title", type: "text" },
    { name: "names", type: "text" },
    { name: "about_person", type: "integer" },
    { name: "created_by", type: "text" },
    { name: "text", type: "text" },
    { name: "sha256", type: "bytes" },
    { name: "added_at", type: "text" },
    { name: "added_by", type: "text" },
    { name: "source", type: "text" },
    { name: "state", type: "text" },
  ],
};

const INSERT_EDGE: BulkInsert = {
  table: "edge",
  key: null,
  columns: [
    { name: "to_id", type: "text" },
    { name: "from_id", type: "text" },
    { name: "property", type: "text" },
  ],
};

const COLUMNS = [
  "record.seq",
  "record.id",
  "record.version",
  "record.type",
  "record.title",
  "record.label",
  "record.about_person",
  "record.text",
  "record.sha256",
  "record.added_at",
  "record.added_by",
  "record.source",
  "record.state",
  "label.owner",
] as const;

interface Row {
  seq: number;
  id: string;
  version: string;
  type: string;
  title: string;
  label: number;
  about_person: number;
  text: string;
  sha256: Uint8Array;
  added_at: string;
  added_by: string;
  source: string;
  state: "held" | "withdrawn" | "expired";
  owner: string;
}

function toStored(row: Row): StoredRecord {
  return {
    seq: row.seq,
    id: row.id,
    version: row.version,
    type: row.type,
    title: row.title,
    owner: row.owner,
    labelId: row.label,
    aboutPerson: row.about_person === 1,
    text: row.text,
    sha256: toHex(row.sha256),
    addedAt: row.added_at,
    addedBy: row.added_by,
    source: row.source,
    state: row.state,
  };
}

export function recordRepo(context: RepoContext, labels: LabelWriter): RecordWriter {
  const test = predicate(context.viewer, readAction(context.viewer), context.policyContext());

  /** Every read of a record starts here, so none can forget the decision. */
  const visible = () =>
    context.tx.db
      .selectFrom("record")
      .innerJoin("label", "label.id", "record.label")
      .where((eb) => labelCondition(eb as never, test));

  const latest = () =>
    visible()
      .where("record.state", "=", "held")
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("record as newer")
              .select("newer.seq")
              .whereRef("newer.id", "=", "record.id")
              .whereRef("newer.version", ">", "record.version"),
          ),
        ),
      );

  function filtered(query: RecordQuery) {
    let select = latest();
    if (query.types !== undefined) select = select.where("record.type", "in", [...query.types]);
    if (query.owner !== undefined) select = select.where("label.owner", "=", query.owner);
    if (query.notOwner !== undefined) select = select.where("label.owner", "!=", query.notOwner);
    if (query.source !== undefined) select = select.where("record.source", "=", query.source);
    if (query.name !== undefined && query.name.trim() !== "") select = select.where(nameCondition(query.name.trim()));
    return select;
  }

  function nameCondition(name: string) {
    const like = `%${name.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
    if (context.tx.engine === "postgres") return sql<boolean>`record.names ilike ${like} escape '\\'`;
    if (Array.from(name).length < 3) return sql<boolean>`record.names like ${like} escape '\\'`;
    const phrase = `"${name.replaceAll('"', '""')}"`;
    return sql<boolean>`record.seq in (select rowid from record_names where record_names match ${phrase})`;
  }

  const repo: RecordWriter = {
    async get(id, version) {
      const base = version === undefined ? latest() : visible().where("record.version", "=", version);
      const row = await base.select(COLUMNS).where("record.id", "=", id).executeTakeFirst();
      return row === undefined ? null : toStored(row);
    },
    async versions(id) {
      const rows = await visible()
        .select(COLUMNS)
        .where("record.id", "=", id)
        .orderBy("record.version", "desc")
        .execute();
      return rows.map(toStored);
    },
    async list(query = {}) {
      const limit = Math.min(Math.max(query.limit ?? 50, 1), 1000);
      let select = filtered(query).select(COLUMNS);
      if (query.cursor !== undefined) select = select.where("record.seq", "<", readCursor(query.cursor));
      const rows = await select
        .orderBy("record.seq", "desc")
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toStored);
      const last = items.at(-1);
      return { items, next: rows.length > limit && last !== undefined ? `s${last.seq}` : null };
    },
    async count(query = {}) {
      const row = await filtered(query)
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async referringSeqs(id, limit) {
      const rows = await latest()
        .innerJoin("edge", "edge.from_id", "record.id")
        .select("record.seq")
        .distinct()
        .where("edge.to_id", "=", id)
        .orderBy("record.seq", "desc")
        .limit(limit)
        .execute();
      return rows.map(({ seq }) => seq);
    },
    async bySeq(seqs) {
      const found: StoredRecord[] = [];
      for (const part of chunks(seqs)) {
        const rows = await visible().select(COLUMNS).where("record.seq", "in", part).execute();
        found.push(...rows.map(toStored));
      }
      return found;
    },
    async many(wanted) {
      const versions = new Map<string, Set<string>>();
      for (const { id, version } of wanted.slice(0, 1000)) {
        const held = versions.get(id);
        if (held === undefined) versions.set(id, new Set([version]));
        else held.add(version);
      }
      const found: StoredRecord[] = [];
      for (const part of chunks([...versions.keys()])) {
        const rows = await visible().select(COLUMNS).where("record.id", "in", part).execute();
        for (const row of rows) if (versions.get(row.id)?.has(row.version) === true) found.push(toStored(row));
      }
      return found;
    },
    async referring(id, limit = 200) {
      const rows = await latest()
        .innerJoin("edge", "edge.from_id", "record.id")
        .select(COLUMNS)
        .select("edge.property")
        .where("edge.to_id", "=", id)
        .orderBy("record.seq", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toStored(row), property: row.property }));
    },

    async append(items) {
      if (items.length === 0) return [];
      const { tx } = context;
      await lockRecords(tx);
      const owners = await ownersOf(items.map((item) => item.record.id));
      let { seq: before, at } = await newest();
      const rows: (string | number | null | Uint8Array)[][] = [];
      const results: AppendResult[] = items.map(() => "foreign");
      const places: number[] = [];
      const again = new Set<number>();
      for (const [place, { record, owner, assigned, source }] of items.entries()) {
        const holder = owners.get(record.id);
        if (holder !== undefined && holder !== owner) continue;
        if (holder !== undefined) again.add(place);
        owners.set(record.id, owner);
        const refs = assigned.length === 0 ? record.markingRefs : union(record.markingRefs, assigned);
        at = after(at, context.now);
        places.push(place);
        rows.push([
          record.id,
          record.version,
          record.type,
          await labels.labelFor(owner, refs),
          record.title,
          record.names.join("\n"),
          record.aboutPerson ? 1 : 0,
          record.createdBy,
          record.text,
          fromHex(record.sha256),
          at,
          actorName(context.viewer),
          source,
          "held",
        ]);
      }
      const keys = await tx.insertMany(INSERT, rows);
      const edges: string[][] = [];
      const versioned = new Set<string>();
      const left: { readonly place: number; readonly row: number }[] = [];
      for (const [row, key] of keys.entries()) {
        const place = places[row];
        const item = place === undefined ? undefined : items[place];
        if (place === undefined || item === undefined) continue;
        if (key === null) {
          left.push({ place, row });
        } else {
          results[place] = "added";
          if (again.has(place)) versioned.add(item.record.id);
          for (const ref of item.record.refs) edges.push([ref.target, item.record.id, ref.property]);
        }
      }
      const known = await versionsOf(left.map(({ place }) => items[place]?.record.id ?? ""));
      for (const { place, row } of left) {
        const record = items[place]?.record;
        if (record === undefined) continue;
        const found = known.get(`${record.id} ${record.version}`);
        if (found?.sha256 !== record.sha256) results[place] = "conflict";
        else if (found.held) results[place] = "unchanged";
        else results[place] = await sameText(record, rows[row]);
      }
      if (edges.length > 0) await tx.insertMany(INSERT_EDGE, edges);
      if (versioned.size > 0) {
        for (const part of chunks([...versioned]))
          await tx.db
            .insertInto("record_versions")
            .values(part.map((id) => ({ id })))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        await nextEpoch(tx);
      }
      if (tx.engine === "sqlite") {
        await sql`insert into record_names (rowid, names) select seq, names from record where seq > ${before} and names <> ''`.execute(
          tx.db,
        );
      }
      return results;
    },

    async relabel(id, version, assigned) {
      const row = await visible()
        .select(["record.seq", "record.text", "label.owner"])
        .where("record.id", "=", id)
        .where("record.version", "=", version)
        .executeTakeFirst();
      if (row === undefined) throw new StoreError("not-found", `no record ${id} of ${version}`);
      await nextEpoch(context.tx);
      const object = row.text === "" ? null : parseJson(row.text);
      // What the text itself says of its handling can only be added to.
      const embedded = isJsonObject(object) ? markingRefsOf(object) : [];
      const label = await labels.labelFor(row.owner, union(embedded, assigned));
      await context.tx.db.updateTable("record").set({ label }).where("seq", "=", row.seq).execute();
    },

    ...recordEnds(context),
  };

  async function ownersOf(ids: readonly string[]): Promise<Map<string, string>> {
    const owners = new Map<string, string>();
    for (const part of chunks([...new Set(ids)])) {
      const rows = await context.tx.db
        .selectFrom("record")
        .innerJoin("label", "label.id", "record.label")
        .select(["record.id", "label.owner"])
        .where("record.id", "in", part)
        .execute();
      for (const row of rows) owners.set(row.id, row.owner);
    }
    return owners;
  }

  async function newest(): Promise<{ seq: number; at: string }> {
    const row = await context.tx.db
      .selectFrom("record")
      .select(["seq", "added_at"])
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    return { seq: row?.seq ?? 0, at: row?.added_at ?? "" };
  }

  /** The hash of each version's text and whether the text is here, by `id version`. */
  async function versionsOf(ids: readonly string[]): Promise<Map<string, { sha256: string; held: boolean }>> {
    const found = new Map<string, { sha256: string; held: boolean }>();
    for (const part of chunks([...new Set(ids)])) {
      const rows = await context.tx.db
        .selectFrom("record")
        .select(["id", "version", "sha256", "state"])
        .where("id", "in", part)
        .execute();
      for (const { id, version, sha256, state } of rows)
        found.set(`${id} ${version}`, { sha256: toHex(sha256), held: state === "held" });
    }
    return found;
  }

  /** The version is here already. One whose text was deleted, and which its owner gives again, has its text again. */
  async function sameText(
    record: AcceptedRecord,
    row: readonly (string | number | null | Uint8Array)[] | undefined,
  ): Promise<AppendResult> {
    const { db, engine } = context.tx;
    const known = await db
      .selectFrom("record")
      .select(["seq", "sha256", "state"])
      .where("id", "=", record.id)
      .where("version", "=", record.version)
      .executeTakeFirstOrThrow();
    if (toHex(known.sha256) !== record.sha256) return "conflict";
    if (known.state === "held" || row === undefined) return "unchanged";
    await nextEpoch(context.tx);
    const names = record.names.join("\n");
    const label = row[INSERT.columns.findIndex(({ name }) => name === "label")] as number;
    await db
      .updateTable("record")
      .set({ state: "held", text: record.text, title: record.title, names, label })
      .where("seq", "=", known.seq)
      .execute();
    if (engine === "sqlite" && names !== "")
      await sql`insert into record_names (rowid, names) values (${known.seq}, ${names})`.execute(db);
    if (record.refs.length > 0)
      await context.tx.insertMany(
        INSERT_EDGE,
        record.refs.map((ref) => [ref.target, record.id, ref.property]),
      );
    return "added";
  }

  return repo;
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].toSorted();
}

/** Strictly increasing, one microsecond at least: a page cursor or `added_after` can never stand between equals. */
function after(last: Instant, now: Instant): Instant {
  if (last < now) return now;
  const micros = Number(last.slice(20, 26)) + 1;
  if (micros < 1_000_000) return `${last.slice(0, 20)}${String(micros).padStart(6, "0")}Z`;
  return `${new Date(Date.parse(`${last.slice(0, 19)}Z`) + 1000).toISOString().slice(0, 20)}000000Z`;
}

function readCursor(cursor: string): number {
  const match = /^s(\d{1,15})$/.exec(cursor);
  if (match === null) {
    throw new StoreError("bad-cursor", "the page mark is not one that this node gave", {
      where: "cursor",
      fix: "Start again from the first page.",
    });
  }
  return Number(match[1]);
}
