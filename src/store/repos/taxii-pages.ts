import { type RawBuilder, sql } from "kysely";
import { type Instant, instantOfMicros, microsOf } from "#base";
import type { EngineName, Tx } from "../engine/engine.ts";
import type { TaxiiCollection } from "./taxii-collection.ts";

/** What one client may see at one moment: the labels that the decision allows it, and what else holds for them. */
export interface TaxiiView {
  readonly labels: readonly number[];
  /** Labels whose obligations the text itself must name: TAXII carries nothing beside the text. */
  readonly told: readonly { readonly label: number; readonly refs: readonly string[] }[];
  /** Labels whose records about people are given too; `null`: all. */
  readonly people: readonly number[] | null;
}

/** TAXII 2.1 §3.4, §3.5 as the store answers it. */
export interface TaxiiAsk {
  readonly collection: TaxiiCollection;
  readonly view: TaxiiView;
  /** Where the page begins, exclusive: a position that a page gave, or `null` for the beginning. */
  readonly from: number | null;
  readonly addedAfter: Instant | null;
  readonly ids: readonly string[] | null;
  readonly types: readonly string[] | null;
  /** `all`, or any of these. */
  readonly versions: "all" | { readonly first: boolean; readonly last: boolean; readonly at: readonly Instant[] };
  readonly limit: number;
}

export interface TaxiiItem {
  readonly id: string;
  readonly version: Instant;
  readonly dateAdded: Instant;
}

export interface TaxiiPage {
  readonly count: number;
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** Where the next page begins; `null`: there is nothing more. */
  readonly next: number | null;
}

/** Rows that one request looks at, in steps, before it gives what it found: a filter that matches little stays quick. */
const WINDOWS = [4_000, 16_000, 64_000, 128_000];

type Sql = RawBuilder<unknown>;

/** A list as one parameter, so that the statement's text stays the same. */
function among(engine: EngineName, column: Sql, values: readonly (string | number)[], type: "text" | "bigint"): Sql {
  return engine === "sqlite"
    ? sql`${column} in (select value from json_each(${JSON.stringify(values)}))`
    : sql`${column} = any(${[...values]}::${sql.raw(type)}[])`;
}

const joined = (conditions: readonly Sql[]): Sql => sql.join(conditions, sql` and `);

export function taxiiPages({ engine, db }: Tx) {
  const one = async <T>(query: RawBuilder<T>): Promise<T | undefined> => (await query.execute(db)).rows[0];

  function visible(row: Sql, { labels, told, people }: TaxiiView): Sql {
    const conditions: Sql[] = [
      sql`${row}.state = 'held'`,
      labels.length === 1 ? sql`${row}.label = ${labels[0]}` : among(engine, sql`${row}.label`, labels, "bigint"),
    ];
    if (people !== null)
      conditions.push(sql`(${row}.about_person = 0 or ${among(engine, sql`${row}.label`, people, "bigint")})`);
    const place = sql.raw(engine === "sqlite" ? "instr" : "strpos");
    for (const { label, refs } of told)
      conditions.push(
        sql`(${row}.label <> ${label} or (${joined(refs.map((ref) => sql`${place}(${row}.text, ${ref}) > 0`))}))`,
      );
    return joined(conditions);
  }

  function versionCondition({ versions, view, collection }: TaxiiAsk): Sql | null {
    if (versions === "all") return null;
    const none = (order: "<" | ">"): Sql => {
      const listed =
        collection.kind === "listed"
          ? sql` and exists (select 1 from taxii_listing k where k.collection = ${collection.number} and k.record = n.seq)`
          : sql``;
      return sql`not exists (select 1 from record n where n.id = r.id and n.version ${sql.raw(order)} r.version
        and ${visible(sql`n`, view)}${listed})`;
    };
    const parts: Sql[] = [];
    if (versions.first || versions.last) {
      const ends = [...(versions.first ? [none("<")] : []), ...(versions.last ? [none(">")] : [])];
      parts.push(sql`not exists (select 1 from record_versions v where v.id = r.id) or ${sql.join(ends, sql` or `)}`);
    }
    if (versions.at.length > 0) parts.push(among(engine, sql`r.version`, versions.at, "text"));
    return sql`(${sql.join(parts, sql` or `)})`;
  }

  const listed = (ask: TaxiiAsk): boolean => ask.collection.kind === "listed";

  /** The tables of a walk. SQLite reads a cross join in the order written: the walk first, or the ids that are named. */
  function from(ask: TaxiiAsk): { readonly tables: Sql; readonly at: Sql; readonly date: Sql } {
    if (!listed(ask)) return { tables: sql`record r`, at: sql`r.seq`, date: sql`r.added_at` };
    const tables =
      ask.ids === null ? sql`taxii_listing l cross join record r` : sql`record r cross join taxii_listing l`;
    return { tables, at: sql`l.at`, date: sql`l.at` };
  }

  /** Rows of the page in order: `pos`, `date`, and what is asked of the record. */
  function rows(
    ask: TaxiiAsk,
    lanes: readonly (string | null)[],
    after: number,
    upTo: number | null,
    limit: number,
    columns: Sql,
  ): Sql {
    const { tables, at, date } = from(ask);
    // The sum keeps SQLite from walking the whole collection by its key where ids are named.
    const position = ask.ids === null ? at : sql`${at} + 0`;
    const lane = (type: string | null): Sql => {
      const conditions: Sql[] = [sql`${position} > ${after}`];
      if (upTo !== null) conditions.push(sql`${position} <= ${upTo}`);
      if (listed(ask)) conditions.push(sql`l.collection = ${ask.collection.number}`, sql`r.seq = l.record`);
      if (type !== null) conditions.push(listed(ask) ? sql`l.type = ${type}` : sql`r.type = ${type}`);
      if (ask.ids !== null) conditions.push(among(engine, sql`r.id`, ask.ids, "text"));
      conditions.push(visible(sql`r`, ask.view));
      const version = versionCondition(ask);
      if (version !== null) conditions.push(version);
      return sql`select ${at} as pos, ${date} as date, ${columns} from ${tables} where ${joined(conditions)}
        order by ${position} limit ${limit}`;
    };
    const [only] = lanes;
    if (lanes.length === 1 && only !== undefined) return lane(only);
    const all = lanes.map((type) => sql`select * from (${lane(type)}) as t`);
    return sql`select * from (${sql.join(all, sql` union all `)}) as u order by pos limit ${limit}`;
  }

  /** The types to walk, each by its own index; `null` alone: everything in one. */
  function lanesOf({ collection, types, ids }: TaxiiAsk): readonly (string | null)[] {
    const own = collection.types;
    const wanted = types === null ? own : own.length === 0 ? types : types.filter((type) => own.includes(type));
    if (types === null && own.length === 0) return [null];
    if (ids !== null) return [...new Set(wanted)].filter((type) => ids.some((id) => id.startsWith(`${type}--`)));
    return [...new Set(wanted)];
  }

  /** How far `size` rows of the walk lead from here; `null`: to its end. */
  async function reach(
    ask: TaxiiAsk,
    lanes: readonly (string | null)[],
    after: number,
    size: number,
  ): Promise<number | null> {
    if (ask.ids !== null) return null;
    let least: number | null = null;
    for (const type of lanes) {
      const [table, at, conditions] = listed(ask)
        ? [sql`taxii_listing`, sql`at`, [sql`collection = ${ask.collection.number}`]]
        : [sql`record`, sql`seq`, []];
      const all = joined([...conditions, ...(type === null ? [] : [sql`type = ${type}`]), sql`${at} > ${after}`]);
      if (type === null && !listed(ask)) {
        const end = await one(sql<{ pos: number | null }>`select max(seq) as pos from record`);
        return (end?.pos ?? 0) <= after + size ? null : after + size;
      }
      const skip = Math.ceil(size / lanes.length);
      const row = await one(
        sql<{ pos: number }>`select ${at} as pos from ${table} where ${all} order by ${at} limit 1 offset ${skip}`,
      );
      if (row !== undefined && (least === null || row.pos < least)) least = row.pos;
    }
    return least;
  }

  async function start(ask: TaxiiAsk): Promise<number> {
    if (ask.from !== null) return ask.from;
    if (ask.addedAfter === null) return 0;
    return listed(ask) ? microsOf(ask.addedAfter) : await lastAddedBy(ask.addedAfter);
  }

  /** The sequence of the last record added at this moment or before: dates grow with it, so halving finds it. */
  async function lastAddedBy(date: Instant): Promise<number> {
    const top = await one(sql<{ pos: number | null }>`select max(seq) as pos from record`);
    let [low, high] = [0, top?.pos ?? 0];
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      const row = await one(
        sql<{ date: string }>`select added_at as date from record where seq >= ${middle} order by seq limit 1`,
      );
      if (row !== undefined && row.date <= date) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const dated = (ask: TaxiiAsk, date: string | number | null): Instant | null =>
    date === null ? null : listed(ask) ? instantOfMicros(Number(date)) : String(date);

  /** Goes on window by window until the page is full, the collection ends, or enough rows were looked at. */
  async function windows<T extends { readonly n: number; readonly upto: number | null }>(
    ask: TaxiiAsk,
    take: (lanes: readonly (string | null)[], after: number, upTo: number | null, limit: number) => Promise<T>,
  ): Promise<{ readonly parts: T[]; readonly next: number | null }> {
    const lanes = lanesOf(ask);
    const parts: T[] = [];
    if (lanes.length === 0 || ask.view.labels.length === 0) return { parts, next: null };
    let after = await start(ask);
    let left = ask.limit;
    for (const size of WINDOWS) {
      const upTo = await reach(ask, lanes, after, Math.max(size, ask.limit * 2));
      const part = await take(lanes, after, upTo, left);
      if (part.n > 0) parts.push(part);
      left -= part.n;
      if (left <= 0) return { parts, next: (await anyAfter(ask, lanes, part.upto ?? after)) ? part.upto : null };
      if (upTo === null) return { parts, next: null };
      after = upTo;
    }
    return { parts, next: after };
  }

  /** Whether a page from here would hold anything; when that is not soon known, it may. */
  async function anyAfter(ask: TaxiiAsk, lanes: readonly (string | null)[], after: number): Promise<boolean> {
    const upTo = await reach(ask, lanes, after, WINDOWS[0] ?? 0);
    const row = await one(sql`${rows(ask, lanes, after, upTo, 1, sql`1 as one`)}`);
    return row !== undefined || upTo !== null;
  }

  return {
    /** The texts of a page, joined by commas, as bytes: they are never read on the way. */
    async objects(ask: TaxiiAsk): Promise<TaxiiPage & { readonly bodies: readonly Uint8Array[] }> {
      const whole =
        engine === "sqlite"
          ? sql`cast(group_concat(text, ',') as blob)`
          : sql`convert_to(string_agg(text, ',' order by pos), 'UTF8')`;
      type Part = {
        n: number;
        upto: number | null;
        first: string | number | null;
        last: string | number | null;
        body: Uint8Array;
      };
      const { parts, next } = await windows(ask, async (lanes, after, upTo, limit) => {
        const inner = rows(ask, lanes, after, upTo, limit, sql`r.text as text`);
        const row = await one(
          sql<Part>`select count(*) as n, max(pos) as upto, min(date) as first, max(date) as last, ${whole} as body from (${inner}) as p`,
        );
        return row ?? { n: 0, upto: null, first: null, last: null, body: new Uint8Array() };
      });
      return {
        count: parts.reduce((sum, part) => sum + part.n, 0),
        first: dated(ask, parts[0]?.first ?? null),
        last: dated(ask, parts.at(-1)?.last ?? null),
        next,
        bodies: parts.map((part) => part.body),
      };
    },

    async items(ask: TaxiiAsk): Promise<TaxiiPage & { readonly items: readonly TaxiiItem[] }> {
      type Row = { pos: number; date: string | number; id: string; version: string };
      const { parts, next } = await windows(ask, async (lanes, after, upTo, limit) => {
        const query = sql<Row>`${rows(ask, lanes, after, upTo, limit, sql`r.id as id, r.version as version`)}`;
        const found = (await query.execute(db)).rows;
        return { n: found.length, upto: found.at(-1)?.pos ?? null, found };
      });
      const items = parts.flatMap(({ found }) =>
        found.map(({ id, version, date }) => ({ id, version, dateAdded: dated(ask, date) ?? "" })),
      );
      return {
        count: items.length,
        first: items[0]?.dateAdded ?? null,
        last: items.at(-1)?.dateAdded ?? null,
        next,
        items,
      };
    },
  };
}
