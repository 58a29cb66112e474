import { DatabaseSync } from "node:sqlite";
import { type Benchmark, round } from "./figure.ts";
import { objectText } from "./objects.ts";
import { call, median, objectsPath, serveTaxii, type Served, walkPages } from "./taxii.ts";

const DEFAULT_OBJECTS = 1_000_000;
const SAMPLE = 20;

/** `--objects N`; the goal is stated for ten million. */
function asked(): number {
  const at = process.argv.indexOf("--objects");
  return at === -1 ? DEFAULT_OBJECTS : Number(process.argv[at + 1]);
}

/** One large collection: pages far in, `added_after` and match by id cost what they cost at its beginning, in bounded memory. */
export const taxiiDeepBench: Benchmark = {
  name: "taxii-deep",
  async run(say) {
    const count = asked();
    const served = await serveTaxii();
    try {
      const started = performance.now();
      fill(served, count);
      say(`${count} objects made in ${Math.round((performance.now() - started) / 1000)} s`);
      const before = process.memoryUsage().rss;
      let worst = 0;
      for (const alias of ["posted", "all"]) worst = Math.max(worst, await look(served, alias, count, say));
      const walked = await walkPages(served.port, `${objectsPath("posted")}?limit=1000`, served.tokens[0]);
      say(`the whole walk: ${walked.pages} pages, ${Math.round((count / walked.ms) * 1000)} objects/s`);
      const flat = median(walked.each.slice(-200)) / median(walked.each.slice(0, 200));
      say(`its last 200 pages against its first 200: ${round(flat)}`);
      const grown = (process.memoryUsage().rss - before) / 2 ** 20;
      say(`memory grown by ${Math.round(grown)} MB (128 MB of it are pages kept)`);
      worst = Math.max(worst, flat);
      return {
        name: "taxii-deep",
        unit: "× the cost at the beginning",
        ours: round(worst),
        against: `the same questions at the beginning of ${count} objects; memory +${Math.round(grown)} MB`,
        theirs: 1,
        ratio: round(worst),
        goal: "≤ 2 for pages, added_after and match[id]; memory grows by 400 MB at most",
        holds: worst <= 2 && grown <= 400,
      };
    } finally {
      await served.close();
    }
  },
};

/** @returns how many times dearer the end is than the beginning, at worst. */
async function look(
  { port, tokens }: Served,
  alias: string,
  count: number,
  say: (line: string) => void,
): Promise<number> {
  const [token] = tokens;
  const path = objectsPath(alias);
  const at = (part: number): string => dateOf(Math.floor(count * part));
  const timed = async (queries: readonly string[]): Promise<number> => {
    const each: number[] = [];
    for (const query of queries) {
      const from = performance.now();
      const { status, head } = await call(port, `${path}?${query}`, token);
      if (status !== 200) throw new Error(`${status} ${head}`);
      each.push(performance.now() - from);
    }
    // What else runs on the machine only adds: the quick ones say what the question costs.
    return each.toSorted((a, b) => a - b)[Math.floor(SAMPLE / 4)] ?? 0;
  };
  const spread = (from: number): number[] => Array.from({ length: SAMPLE }, (_, n) => from + n * 0.002);
  const pages = (from: number) => timed(spread(from).map((part) => `limit=1000&added_after=${at(part)}`));
  const byId = (from: number) => timed(spread(from).map((part) => `match[id]=${idOf(Math.floor(count * part))}`));
  const byType = (from: number) =>
    timed(spread(from).map((part) => `limit=1000&match[type]=campaign&added_after=${at(part)}`));
  await pages(0.5);
  let worst = 0;
  for (const [what, ask] of [
    ["page of 1,000 by added_after", pages],
    ["match[id]", byId],
    ["match[type]", byType],
  ] as const) {
    const [early, late] = [await ask(0.01), await ask(0.95)];
    say(`${alias}, ${what}: ${round(early)} ms at the beginning, ${round(late)} ms at the end`);
    worst = Math.max(worst, late / early);
  }
  return worst;
}

const EPOCH_MS = Date.parse("2026-01-01T00:00:00Z");
const idOf = (n: number): string => `campaign--10000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
const dateOf = (n: number): string =>
  `${new Date(EPOCH_MS + Math.floor(n / 1000)).toISOString().slice(0, -1)}${String(n % 1000).padStart(3, "0")}Z`;

/** Rows as the front door writes them, by SQLite itself: ten million through the front door would take an hour. */
function fill({ file }: Served, count: number): void {
  const db = new DatabaseSync(file);
  db.exec(
    "pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -200000; pragma temp_store = memory",
  );
  db.prepare(
    "insert into label (key, owner, refs, known, granted, no_onward, tlp_rank, any_purpose, expires) values ('bench', ?, '[]', 1, 0, 0, 0, 1, null)",
  ).run("identity--10000000-0000-4000-8000-00000000000a");
  const text = objectText(0);
  const [before = "", after = ""] = text.split(idOf(0));
  const step = 500_000;
  const insert = db.prepare(`with recursive n(i) as (select ? union all select i + 1 from n where i + 1 < ?)
    insert into record (id, version, type, label, title, names, about_person, created_by, text, sha256, added_at, added_by, source, state)
    select 'campaign--10000000-0000-4000-8000-' || printf('%012x', i), '2025-01-01T00:00:00.000000Z', 'campaign',
      (select max(id) from label), 'Campaign', '', 0, null,
      ? || 'campaign--10000000-0000-4000-8000-' || printf('%012x', i) || ?, zeroblob(32),
      strftime('%Y-%m-%dT%H:%M:%S', ${EPOCH_MS / 1000} + i / 1000000, 'unixepoch') || printf('.%06dZ', i % 1000000), 'bench', 'bench', 'held' from n`);
  for (let from = 0; from < count; from += step) insert.run(from, Math.min(from + step, count), before, after);
  db.exec(`insert into taxii_listing (collection, at, record, type)
    select (select number from taxii_collection where alias = 'posted'), ${EPOCH_MS * 1000} + seq - (select min(seq) from record), seq, type from record order by seq`);
  db.exec("pragma wal_checkpoint(truncate)");
  db.close();
}
